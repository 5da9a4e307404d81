// Groups that are read out from a page of its own: one is lit, Next and Back move the light.
import { watchKeys } from "./keys.js";

const groups = [...document.querySelectorAll("ol.groups li")];
let lit = 0;

function show() {
  groups.forEach((group, number) => {
    group.classList.toggle("lit", number === lit);
    group.classList.toggle("read", number < lit);
    if (number === lit) group.setAttribute("aria-current", "true");
    else group.removeAttribute("aria-current");
  });
  groups[lit]?.scrollIntoView({ block: "nearest" });
  document.getElementById("again").textContent = "";
  document.getElementById("repeat-group").disabled = lit >= groups.length;
  document.getElementById("next-group").disabled = lit >= groups.length;
  document.getElementById("group-before").disabled = lit === 0;
}

function move(by) {
  lit = Math.min(Math.max(lit + by, 0), groups.length);
  show();
}

function repeat() {
  const word = groups[lit].querySelector(".word").textContent;
  const digits = groups[lit].querySelector(".digits").getAttribute("aria-label");
  document.getElementById("again").textContent = `Say again, ${word}: ${digits}`;
}

watchKeys(document.getElementById("keys"));
if (groups.length) {
  document.getElementById("next-group").addEventListener("click", () => move(1));
  document.getElementById("group-before").addEventListener("click", () => move(-1));
  document.getElementById("repeat-group").addEventListener("click", repeat);
  show();
}
