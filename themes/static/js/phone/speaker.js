// Says prompts one after another through one audio element; one that has no sound is left there to be read.

const READING_MS = { least: 1200, each: 55 };

export class Speaker {
  #audio; #onblocked; #turn = 0; #over = null; #failed = null;

  /** `onblocked` is told whether the browser keeps the page silent until it is clicked: then `resume` from a click. */
  constructor(audio, onblocked) {
    this.#audio = audio;
    this.#onblocked = onblocked;
    audio.addEventListener("ended", () => this.#over?.());
    audio.addEventListener("error", () => this.#failed?.());
  }

  /** Say these, telling `onword` which is being said. Resolves to whether all were heard, and not cut short. */
  async play(said, onword) {
    const turn = ++this.#turn;
    for (const part of said) {
      onword(part);
      await (part.url ? this.#sound(part) : this.#silence(part));
      if (turn !== this.#turn) return false;
    }
    return turn === this.#turn;
  }

  resume() {
    this.#onblocked(false);
    if (this.#over && this.#audio.paused) this.#start();
  }

  stop() {
    this.#turn += 1;
    this.#audio.pause();
    this.#onblocked(false);
    this.#over?.();
  }

  #sound(part) {
    this.#audio.src = part.url;
    return new Promise((resolve) => {
      this.#over = resolve;
      this.#failed = () => this.#silence(part).then(resolve);
      this.#start();
    });
  }

  #start() {
    this.#audio.play().catch((error) => {
      if (error.name === "NotAllowedError") this.#onblocked(true);
    });
  }

  #silence({ text }) {
    return new Promise((resolve) => {
      this.#over = resolve;
      setTimeout(resolve, READING_MS.least + READING_MS.each * text.length);
    });
  }
}
