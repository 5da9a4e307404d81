// The stream's health: a page that hears nothing says so, and greys the desk until it is back.
const WORDS = "No live connection: this page may be out of date. Trying again …";

export function watchStream(source, banner) {
  const show = (isLost) => {
    document.body.classList.toggle("lost", isLost);
    const words = isLost ? WORDS : "";
    if (banner.textContent !== words) banner.textContent = words;
  };
  source.addEventListener("htmx:sse:error", () => show(true));
  source.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) show(true);
  });
  source.addEventListener("htmx:sse:after:connection", () => show(false));
  // The first connection failed: nothing retries it, so the page is asked for again.
  source.addEventListener("htmx:error", () => {
    show(true);
    setTimeout(() => location.reload(), 5000);
  });
  source.addEventListener("signed-out", () => location.assign(new URL("login", location.href)));
}
