// The phone's microphone: open for the length of a call, shown while it is, explained when it can't be.

import { Meter } from "../call/meter.js";
import { closeMicrophone, openMicrophone } from "../call/microphone.js";

export class Mouth {
  #root; #strings; #onstream; #meter = null;

  constructor(root, strings, onstream) {
    this.#root = root;
    this.#strings = strings;
    this.#onstream = onstream;
    this.stream = null;
  }

  /** Resolves to whether the microphone is open. */
  async open() {
    this.close();
    try {
      this.stream = await openMicrophone();
    } catch {
      this.#voiceless(this.#strings.voiceless);
      return false;
    }
    this.stream.getAudioTracks()[0].onended = () => this.#voiceless(this.#strings.unplugged);
    this.#part("[data-voiceless]").hidden = true;
    this.#part("[data-heard]").hidden = false;
    const level = this.#part("[data-heard] meter");
    this.#meter = new Meter(this.stream, (value) => { level.value = value; });
    this.#onstream(this.stream);
    return true;
  }

  close() {
    this.#meter?.close();
    closeMicrophone(this.stream);
    this.#meter = this.stream = null;
    this.#part("[data-heard]").hidden = true;
    this.#part("[data-voiceless]").hidden = true;
  }

  #voiceless(words) {
    this.#part("[data-voiceless-words]").textContent = words;
    this.#part("[data-voiceless]").hidden = false;
    this.#part("[data-heard]").hidden = true;
  }

  #part(selector) { return this.#root.querySelector(selector); }
}
