// Keys press the buttons that show them. They are silent in text fields and can be switched off.
const OFF = "console-keys-off";

function name(event) {
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  return shift + event.key;
}

function isTyping(element) {
  return element.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function buttonFor(key) {
  const all = [...document.querySelectorAll("[data-key]")].filter(
    (button) => button.dataset.key === key && !button.disabled,
  );
  const open = document.querySelector(":popover-open");
  return all.find((button) => open?.contains(button)) ?? all.find((button) => !button.closest("[popover]"));
}

export function watchKeys(dialog) {
  const box = dialog.querySelector("#keys-on");
  box.checked = localStorage.getItem(OFF) === null;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#show-keys")) dialog.showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      event.target.form?.querySelector("[data-submit-key]")?.click();
      return;
    }
    // A key held down must not press twice: issuing asks for a second press of its own.
    if (!box.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const button = buttonFor(name(event));
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
