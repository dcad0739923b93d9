// Leaving a voicemail as on a telephone: it records by itself, and # or hanging up ends it.

import { Recorder, canRecord } from "../caller/recorder.js";

export class Message {
  #root; #onfailed; #recorder = null;

  /** `onfailed` is called when nothing can be recorded, or what was recorded can't be kept. */
  constructor(root, onfailed) {
    this.#root = root;
    this.#onfailed = onfailed;
  }

  get recording() { return this.#recorder?.state === "recording"; }

  record(address, stream, maxSeconds) {
    if (!stream?.active || !canRecord()) {
      this.#onfailed();
      return;
    }
    this.#recorder = new Recorder({ address, stream, maxSeconds, onchange: (recorder) => this.#changed(recorder) });
    this.#recorder.start();
  }

  stop() { this.#recorder?.stop(); }

  /** The caller hangs up, or the page closes: what was said by then is left. */
  leave() { this.#recorder?.leave(); }

  end() {
    const recorder = this.#recorder;
    this.#recorder = null;
    if (recorder && !["saved", "sending"].includes(recorder.state)) recorder.close();
    this.#show(false);
  }

  #changed(recorder) {
    if (recorder !== this.#recorder) return;
    this.#show(recorder.state === "recording");
    if (recorder.state === "recorded") recorder.send();
    if (recorder.state === "failed") this.#onfailed();
  }

  #show(recording) {
    for (const each of this.#root.querySelectorAll("[data-recording], [data-recording-help]")) each.hidden = !recording;
  }
}
