// The Action menu by right-click and by keyboard: Shift+F10 or the menu key opens it, arrows walk
// through it, Escape closes it. Without this module it opens by its own button.
const menu = document.getElementById("action-menu");
const node = document.getElementById("server-node");

function entries() {
  return [...menu.querySelectorAll("summary, a")].filter((entry) => entry.checkVisibility());
}

function open() {
  menu.open = true;
  entries()[1]?.focus();
}

function close() {
  menu.querySelectorAll("details").forEach((part) => part.removeAttribute("open"));
  menu.open = false;
  menu.querySelector("summary").focus();
}

node.addEventListener("contextmenu", (event) => {
  event.preventDefault();
  open();
});
document.addEventListener("keydown", (event) => {
  const isMenuKey = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
  if (isMenuKey) {
    event.preventDefault();
    open();
  } else if (menu.open && event.key === "Escape") {
    close();
  } else if (menu.open && menu.contains(document.activeElement)) {
    walk(event);
  }
});
document.addEventListener("click", (event) => {
  if (menu.open && !menu.contains(event.target)) menu.open = false;
});

function walk(event) {
  const list = entries();
  const at = list.indexOf(document.activeElement);
  const part = document.activeElement.parentElement;
  if (event.key === "ArrowDown") list[(at + 1) % list.length].focus();
  else if (event.key === "ArrowUp") list[(at + list.length - 1) % list.length].focus();
  else if (event.key === "ArrowRight" && part.tagName === "DETAILS") part.open = true;
  else if (event.key === "ArrowLeft" && part.tagName === "DETAILS") part.open = false;
  else return;
  event.preventDefault();
}
