// Turns the tabs of Properties in place, by click and by arrow keys. Without this module each tab
// is a button that sends the form and comes back with everything typed.
const tabs = [...document.querySelectorAll("[role=tab]")];

function turn(tab) {
  tabs.forEach((each) => {
    const isChosen = each === tab;
    each.setAttribute("aria-selected", String(isChosen));
    each.tabIndex = isChosen ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = !isChosen;
  });
}

tabs.forEach((tab, at) => {
  tab.type = "button";
  tab.tabIndex = tab.getAttribute("aria-selected") === "true" ? 0 : -1;
  tab.addEventListener("click", () => turn(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    turn(next);
    next.focus();
  });
});
