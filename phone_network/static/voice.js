// Plays what is said, in step with its text: one utterance at a time, cut when the line is cut.

const LATEST = 0.3; // seconds; a sound that comes sooner is played from its beginning

export class Voice {
  #context = null;
  #source = null;
  #wanted = 0; // counts utterances: a sound that arrives late belongs to none that is still wanted
  #enabled = true;

  // Browsers give sound only after the person has done something on the page.
  wake() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  get enabled() {
    return this.#enabled;
  }

  set enabled(on) {
    this.#enabled = on;
    if (!on) this.stop();
  }

  async play(url) {
    this.stop();
    if (!this.#enabled || this.#context?.state !== "running") return;
    const mine = this.#wanted;
    const began = performance.now();
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return; // the text is there in any case
    const buffer = await this.#context.decodeAudioData(await answer.arrayBuffer());
    if (mine !== this.#wanted) return;
    // What has passed meanwhile is left out, so that sound and text end together.
    const late = (performance.now() - began) / 1000;
    if (late >= buffer.duration) return;
    this.#source = new AudioBufferSourceNode(this.#context, { buffer });
    this.#source.connect(this.#context.destination);
    this.#source.start(0, late > LATEST ? late : 0);
  }

  stop() {
    this.#wanted += 1;
    this.#source?.stop();
    this.#source = null;
  }
}
