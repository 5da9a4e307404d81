// Keeps the debugger's list current without closing what is open.

const list = document.getElementById("calls");
let shown = "";

async function refresh() {
  try {
    const answer = await fetch("/calls");
    const text = await answer.text();
    if (answer.ok && text !== shown) {
      const open = new Set([...list.querySelectorAll("details[open]")].map((each) => each.dataset.sid));
      const focused = document.activeElement?.closest("details")?.dataset.sid;
      list.innerHTML = text; // every value in it was escaped by the server
      for (const each of list.querySelectorAll("details")) {
        each.open = open.has(each.dataset.sid);
        if (each.dataset.sid === focused) each.querySelector("summary").focus();
      }
      shown = text;
    }
    document.getElementById("fresh").textContent = "Newest call first; the list follows by itself.";
  } catch {
    document.getElementById("fresh").textContent = "The phone network is not there.";
  }
  setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
