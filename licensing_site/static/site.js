// Ticks the groups of a code as it is typed; offers Copy and Print where the browser can. Without
// this module every page works the same, one page later.
const PAUSE = 120;

function watch(field) {
  const ticks = document.getElementById(`${field.id}-ticks`);
  const verdict = document.getElementById(`${field.id}-verdict`);
  let asked = 0;
  let timer = 0;

  async function check() {
    const turn = ++asked;
    try {
      const answer = await fetch(field.dataset.check, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind: field.dataset.kind, text: field.value }),
      });
      // A slower answer to an older question must not overwrite a newer one.
      if (!answer.ok || turn !== asked) return;
      const { groups, message } = await answer.json();
      ticks.replaceChildren(
        ...groups.map(({ digits, mark, says }) => {
          const item = document.createElement("li");
          const word = document.createElement("span");
          word.textContent = says;
          item.append(`${digits} `, word);
          item.dataset.mark = mark;
          return item;
        }),
      );
      verdict.textContent = message;
    } catch {
      verdict.textContent = "";
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  });
  // The browser may bring back what was typed without the server knowing of it.
  if (field.value && !ticks.children.length) check();
}

document.querySelectorAll("[data-kind]").forEach(watch);

// What was wrong with a field is no longer known once it is typed into.
document.querySelectorAll("form").forEach((form) => {
  form.addEventListener("input", ({ target }) => {
    const fault = document.getElementById(`${target.name}-fault`);
    if (!fault || fault.hidden) return;
    fault.hidden = true;
    target.removeAttribute("aria-invalid");
  });
});

document.querySelectorAll("[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("copied").textContent = "Copied.";
  });
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
