// Leaving a message, as it looks: the recorder's state shown, the time that is left, the take to listen to.

import { inMinutes } from "../clock.js";
import { reveal } from "../reveal.js";
import { Recorder, canRecord } from "./recorder.js";

export class Voicemail {
  #root; #strings; #recorder = null; #shown = null;

  constructor(root, strings) {
    this.#root = root;
    this.#strings = strings;
  }

  static possible = canRecord;

  begin({ address, stream, maxSeconds }) {
    if (this.#recorder) return;
    this.#recorder = new Recorder({ address, stream, maxSeconds, onchange: (recorder) => this.#show(recorder) });
  }

  get begun() { return this.#recorder !== null; }

  record() { this.#recorder.start(); }
  stop() { this.#recorder.stop(); }
  send() { this.#recorder.send(); }
  leave() { this.#recorder?.leave(); }

  end() {
    this.#recorder?.close();
    this.#recorder = null;
  }

  #show(recorder) {
    this.#part("[data-remaining]").textContent = inMinutes(recorder.remaining);
    if (recorder.state === this.#shown) return;
    this.#shown = recorder.state;
    const held = this.#root.contains(document.activeElement);
    reveal(this.#root, "recorder", recorder.state);
    this.#part("[data-recorder-words]").textContent = this.#strings[recorder.state] ?? "";
    if (held) [...this.#root.querySelectorAll("button")].find((button) => button.getClientRects().length > 0)?.focus();
    this.#listenTo(recorder);
  }

  #listenTo(recorder) {
    const audio = this.#part("[data-listen]");
    if (recorder.state === "recorded") audio.src = URL.createObjectURL(recorder.sound);
    else if (["recording", "ready"].includes(recorder.state)) {
      URL.revokeObjectURL(audio.src);
      audio.removeAttribute("src");
    }
  }

  #part(selector) { return this.#root.querySelector(selector); }
}
