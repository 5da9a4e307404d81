// Ticks each group of a code as it is typed, moves on to the next field, and lays a pasted code over
// all of them. Without this module the form works the same, one page later.
const form = document.getElementById("entry");
const fields = [...form.querySelectorAll(".group input")];
const whole = document.getElementById("whole");
const offer = document.getElementById("offer");
const made = document.getElementById("offer-made");
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

function ask(path) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ groups: fields.map((field) => field.value) }),
  });
}

// One group that is wrong or left out can be worked out from the others; it is filled in only when
// the button says yes. A group that is just being typed is not spoken of.
async function offerRest() {
  if (!offer) return;
  const rest = fields.filter((field) => field.parentElement.dataset.mark !== "good");
  const isTyping =
    rest.length === 1 &&
    rest[0] === document.activeElement &&
    rest[0].parentElement.dataset.mark !== "bad";
  const isAsked = !isTyping && (rest.length === 1 || (rest.length === 0 && whole.textContent));
  const turn = asked;
  let found = { group: null };
  if (isAsked) {
    try {
      const answer = await ask(offer.dataset.ask);
      if (answer.ok) found = await answer.json();
    } catch {
      // Without an answer nothing is offered; the check beside it says that nobody answers.
    }
  }
  if (turn !== asked) return;
  made.hidden = !found.group;
  document.getElementById("offer-sentence").textContent = found.sentence ?? "";
  document.getElementById("offer-digits").textContent = found.digits ?? "";
}

async function check() {
  const turn = ++asked;
  try {
    const answer = await ask(form.dataset.check);
    // A slower answer to an older question must not overwrite a newer one.
    if (answer.ok && turn === asked) {
      show(await answer.json());
      await offerRest();
    }
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
  field.addEventListener("focus", () => {
    if (fields.some((each) => each.value)) offerRest();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !field.value && at > 0) fields[at - 1].focus();
  });
});

if (fields.some((field) => field.value) && !document.getElementById("error")) check();
const gap = fields.findIndex((field) => field.parentElement.dataset.mark !== "good");
if (gap > 0 && !document.getElementById("error")) fields[gap].focus();
