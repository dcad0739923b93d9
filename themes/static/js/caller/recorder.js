// Records a voicemail and sends it while it is being spoken: what was said is safe even if the tab closes.

import { Upload } from "./upload.js";

const PIECE_MS = 2000;
const BITS_PER_SECOND = 32_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export const canRecord = () => Boolean(globalThis.MediaRecorder && TYPES.some((type) => MediaRecorder.isTypeSupported(type)));

export class Recorder {
  #address; #stream; #onchange; #recorder = null; #upload = null; #takes = 0; #pieces = []; #startedAt = 0; #ticking = 0;

  /**
   * `onchange` gets the recorder whenever something changed, and twice a second while it records.
   * `state`: ready, recording, recorded (stopped, not yet sent off), sending, saved, failed.
   */
  constructor({ address, stream, maxSeconds, onchange }) {
    this.#address = address;
    this.#stream = stream;
    this.#onchange = onchange;
    this.maxSeconds = maxSeconds;
    this.state = "ready";
    this.seconds = 0;
  }

  get remaining() { return Math.max(0, this.maxSeconds - this.seconds); }

  /** The take as it can be played here. */
  get sound() { return new Blob(this.#pieces, { type: this.#pieces[0]?.type }); }

  /** Begin, or begin again; a take that was there is thrown away. */
  start() {
    this.#discard();
    this.#takes += 1;
    const upload = new Upload(this.#address, this.#takes);
    const pieces = [];
    const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(this.#stream, { mimeType: type, audioBitsPerSecond: BITS_PER_SECOND });
    recorder.ondataavailable = ({ data }) => {
      if (data.size === 0 || upload !== this.#upload) return;
      pieces.push(data);
      upload.add(data);
    };
    recorder.onstop = () => upload === this.#upload && this.#become("recorded");
    [this.#recorder, this.#upload, this.#pieces] = [recorder, upload, pieces];
    this.#startedAt = performance.now();
    this.seconds = 0;
    this.#ticking = setInterval(() => this.#tick(), 500);
    recorder.start(PIECE_MS);
    this.#become("recording");
  }

  stop() {
    if (this.state !== "recording") return;
    clearInterval(this.#ticking);
    this.#recorder.stop();
    this.#tick();
  }

  /** Resolves when the message is kept; a refusal makes `state` failed. */
  async send() {
    this.#become("sending");
    try {
      await this.#upload.finish(this.seconds);
      this.#become("saved");
    } catch (error) {
      if (error.name !== "AbortError") this.#become("failed");
    }
  }

  /** The page is closing. A recording that was begun counts as left. */
  leave() {
    if (["recording", "recorded", "sending"].includes(this.state)) this.#upload.leave(this.seconds);
  }

  close() {
    this.#discard();
    this.#become("ready");
  }

  #discard() {
    clearInterval(this.#ticking);
    this.#upload?.cancel();
    this.#upload = null;
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }

  #tick() {
    this.seconds = Math.min(this.maxSeconds, (performance.now() - this.#startedAt) / 1000);
    if (this.remaining === 0 && this.#recorder.state === "recording") this.stop();
    this.#onchange(this);
  }

  #become(state) {
    this.state = state;
    this.#onchange(this);
  }
}
