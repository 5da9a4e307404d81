// Times that run, reckoned from the server's clock: the browser's own may be wrong, or simulated
// time may be another.
function text(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export function startTimers(onDesk) {
  let serverThen = 0;
  let pageThen = 0;
  onDesk((desk) => {
    if (!desk?.dataset.now) return;
    serverThen = Date.parse(desk.dataset.now);
    pageThen = performance.now();
  });
  setInterval(() => {
    const now = serverThen + performance.now() - pageThen;
    for (const time of document.querySelectorAll("time[data-since]")) {
      const shown = text((now - Date.parse(time.dateTime)) / 1000);
      if (time.textContent !== shown) time.textContent = shown;
    }
  }, 1000);
}
