// The ring: a soft two-tone sound while a call is offered, in every tab, until anyone answers.
const OFF = "console-ring-off";
const TONES = [440, 520];
const PERIOD_MS = 3000;

export function watchRing(onDesk) {
  let sound = null;
  let timer = null;

  const isOn = () => localStorage.getItem(OFF) === null;

  function strike() {
    if (!isOn()) return;
    // Browsers let a page sound only after the person has done something on it.
    sound ??= new AudioContext();
    if (sound.state === "suspended") sound.resume();
    TONES.forEach((frequency, place) => {
      const start = sound.currentTime + place * 0.4;
      const tone = new OscillatorNode(sound, { frequency });
      const level = new GainNode(sound, { gain: 0 });
      level.gain.setTargetAtTime(0.12, start, 0.02);
      level.gain.setTargetAtTime(0, start + 0.3, 0.05);
      tone.connect(level).connect(sound.destination);
      tone.start(start);
      tone.stop(start + 0.6);
    });
  }

  function show() {
    const button = document.getElementById("ring-sound");
    if (!button) return;
    button.textContent = `Ring: ${isOn() ? "on" : "off"}`;
    button.setAttribute("aria-pressed", String(isOn()));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#ring-sound")) return;
    if (isOn()) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
    show();
  });
  onDesk((desk) => {
    const ringing = desk?.dataset.workState === "ringing";
    if (ringing && timer === null) {
      strike();
      timer = setInterval(strike, PERIOD_MS);
    } else if (!ringing && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
    show();
  });
}
