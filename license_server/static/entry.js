// Ticks each group of the new license server ID as it is typed, moves on to the next field, and
// lays a pasted ID over all seven. Without this module the form works the same, one page later.
const form = document.getElementById("entry");
const fields = [...form.querySelectorAll(".group input")];
const whole = document.getElementById("whole");
const SIGNS = /[\s\p{Pd}\p{Cf}\u2212]/gu;
const WIDTH = 5;
let asked = 0;

function show(answer) {
  answer.groups.forEach(({ group, mark, message }) => {
    const field = fields[group - 1];
    field.parentElement.dataset.mark = mark;
    field.toggleAttribute("aria-invalid", false);
    if (mark === "bad") field.setAttribute("aria-invalid", "true");
    document.getElementById(`verdict${group}`).textContent = message;
  });
  whole.textContent = answer.whole;
}

async function check() {
  const turn = ++asked;
  const groups = fields.map((field) => field.value);
  try {
    const answer = await fetch(form.dataset.check, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ groups }),
    });
    // A slower answer to an older question must not overwrite a newer one.
    if (answer.ok && turn === asked) show(await answer.json());
  } catch {
    whole.textContent = "The license server does not answer; what is typed stays here.";
  }
}

// What stands in a field that is come to is replaced by what is typed next.
function go(at) {
  const field = fields[Math.min(at, fields.length - 1)];
  field.focus();
  field.select();
}

function lay(from, text) {
  const digits = text.replace(SIGNS, "");
  const first = digits.length >= WIDTH * fields.length ? 0 : from;
  for (let at = first; at < fields.length; at += 1) {
    const start = (at - first) * WIDTH;
    if (start >= digits.length) return at;
    const end = at === fields.length - 1 ? undefined : start + WIDTH;
    fields[at].value = digits.slice(start, end);
  }
  return fields.length;
}

fields.forEach((field, at) => {
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (text.replace(SIGNS, "").length <= WIDTH) return;
    event.preventDefault();
    go(lay(at, text));
    check();
  });
  field.addEventListener("input", async () => {
    const digits = field.value.replace(SIGNS, "");
    if (digits.length > WIDTH) {
      const next = lay(at, digits);
      fields[Math.min(next, fields.length - 1)].focus();
    }
    await check();
    const isGood = field.parentElement.dataset.mark === "good";
    if (isGood && document.activeElement === field && at + 1 < fields.length) go(at + 1);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !field.value && at > 0) fields[at - 1].focus();
  });
});

if (fields.some((field) => field.value) && !document.getElementById("error")) check();
const gap = fields.findIndex((field) => field.parentElement.dataset.mark !== "good");
if (gap > 0 && !document.getElementById("error")) fields[gap].focus();
