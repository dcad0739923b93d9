// Rings in one tab only, however many are open, with two soft notes that need no file.

const NOTES = [[659.25, 0], [523.25, 0.35]]; // Hz, and seconds after the ring's beginning
const EVERY_SECONDS = 2.4;
const LONGEST_SECONDS = 180;
const LOUDNESS = 0.35;

export class Ringer {
  #lock; #context = null; #stop = null;

  /** `lock` names what the tabs share. */
  constructor(lock) {
    this.#lock = lock;
  }

  /** Browsers keep a page silent until somebody has clicked or typed in it. */
  get silenced() { return navigator.userActivation?.hasBeenActive === false; }

  /** Call it from a click: an offer that is already ringing silently is heard from now on. */
  async unlock() {
    this.#context ??= new AudioContext();
    await this.#context.resume();
  }

  start() {
    if (this.#stop) return;
    const stop = new AbortController();
    this.#stop = stop;
    // Whoever holds the lock rings; were its tab to close, the next one goes on ringing.
    navigator.locks.request(this.#lock, { signal: stop.signal }, () => this.#ring(stop.signal, LONGEST_SECONDS))
      .catch((error) => { if (error.name !== "AbortError") throw error; });
  }

  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }

  /** Ring once, for whoever wants to know what it is like. */
  async once() {
    await this.unlock();
    const enough = new AbortController();
    setTimeout(() => enough.abort(), 1000 * EVERY_SECONDS);
    await this.#ring(enough.signal, EVERY_SECONDS);
  }

  // All of it is put on the audio clock at once: timers of a tab in the background come a minute late.
  #ring(signal, seconds) {
    this.#context ??= new AudioContext();
    this.#context.resume();
    const voices = NOTES.map(([pitch, after]) => this.#voice(pitch, after, seconds));
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        voices.forEach((voice) => voice.stop());
        resolve();
      });
    });
  }

  #voice(pitch, after, seconds) {
    const voice = new OscillatorNode(this.#context, { type: "sine", frequency: pitch });
    const swell = new GainNode(this.#context, { gain: 0 });
    const begin = this.#context.currentTime + 0.05;
    for (let at = begin + after; at < begin + seconds; at += EVERY_SECONDS) {
      swell.gain.setValueAtTime(0, at);
      swell.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
      swell.gain.exponentialRampToValueAtTime(0.001, at + 1.1);
    }
    voice.connect(swell).connect(this.#context.destination);
    voice.start(begin);
    return voice;
  }
}
