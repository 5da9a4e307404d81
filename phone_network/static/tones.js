// Key tones (ITU-T Q.23) and call progress tones by country (ITU-T E.180), made by WebAudio.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const LAYOUT = ["123", "456", "789", "*0#"];

// [frequencies, seconds on and off in turn]
const PROGRESS = {
  "+1": { ringing: [[440, 480], [2, 4]], busy: [[480, 620], [0.5, 0.5]], reorder: [[480, 620], [0.25, 0.25]] },
  "+44": { ringing: [[400, 450], [0.4, 0.2, 0.4, 2]], busy: [[400], [0.375, 0.375]], reorder: [[400], [0.4, 0.35, 0.225, 0.525]] },
  other: { ringing: [[425], [1, 4]], busy: [[425], [0.48, 0.48]], reorder: [[425], [0.24, 0.24]] },
};

export class Tones {
  #context = null;
  #stop = null;
  enabled = true;

  // Browsers give sound only after the person has done something on the page.
  wake() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  key(key) {
    const row = LAYOUT.findIndex((keys) => keys.includes(key));
    if (row < 0) return;
    this.#sound([ROWS[row], COLUMNS[LAYOUT[row].indexOf(key)]], 0, 0.14, 0.12);
  }

  progress(kind, number) {
    const country = Object.keys(PROGRESS).find((prefix) => number.startsWith(prefix)) ?? "other";
    const [frequencies, cadence] = PROGRESS[country][kind];
    this.#repeat(frequencies, cadence, 0.07);
  }

  // The bell of a telephone that is called.
  bell() {
    this.#repeat([620, 780, 1240], [0.9, 0.4, 0.9, 2.2], 0.06);
  }

  silence() {
    this.#stop?.();
    this.#stop = null;
  }

  #repeat(frequencies, cadence, volume) {
    this.silence();
    if (!this.enabled || !this.#context) return;
    let timer = 0;
    const sounds = new Set();
    const round = () => {
      let at = 0;
      sounds.clear();
      cadence.forEach((seconds, position) => {
        if (position % 2 === 0) sounds.add(this.#sound(frequencies, at, seconds, volume));
        at += seconds;
      });
      timer = setTimeout(round, at * 1000);
    };
    round();
    this.#stop = () => {
      clearTimeout(timer);
      for (const stop of sounds) stop?.();
    };
  }

  #sound(frequencies, after, seconds, volume) {
    if (!this.enabled || !this.#context) return undefined;
    const start = this.#context.currentTime + after;
    const gain = new GainNode(this.#context, { gain: 0 });
    gain.gain.setTargetAtTime(volume, start, 0.004);
    gain.gain.setTargetAtTime(0, start + seconds - 0.01, 0.004);
    gain.connect(this.#context.destination);
    const oscillators = frequencies.map((frequency) => {
      const oscillator = new OscillatorNode(this.#context, { frequency });
      oscillator.connect(gain);
      oscillator.start(start);
      oscillator.stop(start + seconds + 0.05);
      return oscillator;
    });
    return () => oscillators.forEach((oscillator) => oscillator.stop());
  }
}
