// Records a prompt in the browser: the take becomes the form's file, so that it is sent like any chosen one.

import { closeMicrophone, MicrophoneError, openMicrophone } from "hark/call/microphone.js";
import { inMinutes } from "hark/clock.js";

const MOST_SECONDS = 120;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const type = globalThis.MediaRecorder && TYPES.find((one) => MediaRecorder.isTypeSupported(one));
const words = document.getElementById("prompt-words").dataset;
let running = null; // one take at a time: there is one microphone

class Take {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.player = form.querySelector("[data-take]");
    this.failed = form.querySelector("[data-failed]");
    form.querySelector("[data-do=record]").addEventListener("click", () => this.record());
    form.querySelector("[data-do=stop]").addEventListener("click", () => this.stop());
    this.input.addEventListener("change", () => this.show());
    form.querySelector("[data-recorder]").hidden = !type;
    form.querySelector("[data-alone]").hidden = Boolean(type);
    form.querySelector("[data-beside]").hidden = !type;
  }

  async record() {
    running?.stop();
    running = this;
    this.failed.hidden = true;
    try {
      this.stream = await openMicrophone();
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.failed.textContent = words[error.reason === "system" ? "refused" : error.reason] ?? words.unknown;
      this.failed.hidden = false;
      return;
    }
    if (running !== this) return closeMicrophone(this.stream);
    const pieces = [];
    this.recorder = new MediaRecorder(this.stream, { mimeType: type });
    this.recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    this.recorder.addEventListener("stop", () => this.keep(new Blob(pieces, { type: this.recorder.mimeType })));
    this.recorder.start();
    this.began = performance.now();
    this.ticking = setInterval(() => this.tick(), 250);
    this.become(true);
    this.tick();
  }

  tick() {
    const seconds = (performance.now() - this.began) / 1000;
    this.form.querySelector("[data-seconds]").textContent = inMinutes(seconds);
    if (seconds >= MOST_SECONDS) this.stop();
  }

  stop() {
    if (running === this) running = null;
    clearInterval(this.ticking);
    if (this.recorder?.state === "recording") this.recorder.stop();
    closeMicrophone(this.stream);
    this.become(false);
  }

  keep(sound) {
    const ending = sound.type.match(/webm|ogg|mp4/)?.[0] ?? "webm";
    const held = new DataTransfer();
    held.items.add(new File([sound], `recording.${ending}`, { type: sound.type }));
    this.input.files = held.files;
    this.show();
    this.form.querySelector(".button.small").focus();
  }

  show() {
    const [file] = this.input.files;
    if (this.player.src) URL.revokeObjectURL(this.player.src);
    this.player.hidden = !file;
    if (file) this.player.src = URL.createObjectURL(file);
    else this.player.removeAttribute("src");
  }

  become(recording) {
    const [record, stop] = ["record", "stop"].map((name) => this.form.querySelector(`[data-do=${name}]`));
    record.hidden = recording;
    stop.hidden = !recording;
    this.form.querySelector("[data-running]").hidden = !recording;
    if (recording) stop.focus();
  }
}

for (const form of document.querySelectorAll("form[data-record]")) new Take(form);

// One sound at a time: a player that starts stops the one before.
document.addEventListener("play", ({ target }) => {
  for (const player of document.querySelectorAll("audio")) if (player !== target) player.pause();
}, true);
addEventListener("pagehide", () => running?.stop());
