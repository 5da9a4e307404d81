// Menus by right-click and by keyboard: Shift+F10 or the menu key opens the Action menu, arrows
// walk through a menu, Escape closes it. Without this module each opens by its own button.
const menus = [...document.querySelectorAll("details.menu")];
const action = document.getElementById("action-menu");

function entries(menu) {
  return [...menu.querySelectorAll("summary, a")].filter((entry) => entry.checkVisibility());
}

function open(menu, at) {
  const list = menu.querySelector("ul");
  menu.classList.toggle("context", Boolean(at));
  menu.open = true;
  if (at) {
    // At the pointer, but never beyond the edge of the window.
    const { width, height } = list.getBoundingClientRect();
    list.style.left = `${Math.max(0, Math.min(at.x, innerWidth - width - 8))}px`;
    list.style.top = `${Math.max(0, Math.min(at.y, innerHeight - height - 8))}px`;
  }
  entries(menu)[1]?.focus({ preventScroll: Boolean(at) });
}

function shut(menu) {
  menu.querySelectorAll("details").forEach((part) => part.removeAttribute("open"));
  menu.open = false;
}

function walk(event, menu) {
  const list = entries(menu);
  const at = list.indexOf(document.activeElement);
  const part = document.activeElement.parentElement;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) list[(at + step + list.length) % list.length].focus();
  else if (event.key === "Home") list[Math.min(1, list.length - 1)].focus();
  else if (event.key === "End") list.at(-1).focus();
  else if (event.key === "ArrowRight" && part.tagName === "DETAILS") {
    part.open = true;
    part.querySelector("a")?.focus();
  } else if (event.key === "ArrowLeft") {
    const outer = document.activeElement.closest("details.menu details");
    if (!outer) return;
    outer.open = false;
    outer.querySelector("summary").focus();
  } else return;
  event.preventDefault();
}

document.querySelectorAll("[data-menu]").forEach((node) => {
  const menu = document.getElementById(node.dataset.menu);
  node.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    // The menu key sends no place of its own.
    const box = node.getBoundingClientRect();
    const isPointer = event.button === 2;
    open(menu, isPointer ? { x: event.clientX, y: event.clientY } : { x: box.left, y: box.bottom });
  });
});

// The menu of a server that is not chosen opens once it is: its page says what applies to it.
document.querySelectorAll("[data-select]").forEach((node) => {
  node.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    location.assign(`${node.href}#action`);
  });
});
if (location.hash === "#action" && action) open(action);

document.addEventListener("keydown", (event) => {
  const isMenuKey = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
  const opened = menus.find((menu) => menu.open);
  if (isMenuKey && action) {
    event.preventDefault();
    if (document.activeElement?.hasAttribute("data-select")) {
      location.assign(`${document.activeElement.href}#action`);
      return;
    }
    const menu = document.getElementById(document.activeElement?.dataset.menu) ?? action;
    open(menu);
  } else if (opened && event.key === "Escape") {
    shut(opened);
    opened.querySelector("summary").focus();
  } else if (opened?.contains(document.activeElement)) {
    walk(event, opened);
  }
});
document.addEventListener("click", (event) => {
  menus.filter((menu) => menu.open && !menu.contains(event.target)).forEach(shut);
});
menus.forEach((menu) => {
  menu.querySelector("summary").addEventListener("click", () => menu.classList.remove("context"));
});
