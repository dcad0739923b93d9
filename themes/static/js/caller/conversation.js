// The caller's side of talking: the other's voice, how the line is, mute, and for how long.

import { mark } from "../clock.js";
import { Peer } from "../call/peer.js";

const STATS_EVERY_MS = 3000;
const SOUNDS = {
  connected: ["good", "sound_connected"],
  weak: ["warn", "sound_weak"],
  interrupted: ["warn", "sound_interrupted"],
};

export class Conversation {
  #root; #strings; #send; #ice = null; #since = null; #microphone = null; #peer = null; #watching = 0;

  constructor(root, strings, send) {
    this.#root = root;
    this.#strings = strings;
    this.#send = send;
  }

  /** Without these nothing begins: media that should be relayed must not try another way first. */
  ice({ servers, relay_only: relayOnly }) {
    this.#ice = { iceServers: servers, relayOnly };
    this.#peer?.ice(this.#ice);
    this.#meet();
  }

  begin(since) {
    this.#since = since ?? this.#since ?? new Date().toISOString();
    this.#meet();
  }

  use(microphone) {
    this.#microphone = microphone;
    this.#peer?.use(microphone);
  }

  receive(payload) { this.#peer?.receive(payload); }
  rejoin() { this.#peer?.rejoin(); }
  play() { this.#peer?.play(); }

  mute() {
    const muted = !this.#peer?.muted;
    this.#peer?.mute(muted);
    this.#part('[data-do="mute"]').setAttribute("aria-pressed", muted);
    for (const words of this.#root.querySelectorAll("[data-muted]")) words.hidden = (words.dataset.muted === "yes") !== muted;
  }

  end() {
    if (this.#peer?.muted) this.mute();
    this.#peer?.close();
    clearInterval(this.#watching);
    this.#peer = this.#since = null;
    mark(this.#part("[data-time]"), {});
  }

  #meet() {
    if (this.#peer || !this.#ice || !this.#since) return;
    this.#peer = new Peer({
      role: "caller",
      ...this.#ice,
      send: this.#send,
      audioElement: document.getElementById("voice"),
      onstate: (state) => this.#sound(state),
      onblocked: (blocked) => { this.#part("[data-quiet]").hidden = !blocked; },
    });
    this.#peer.join(this.#microphone);
    this.#watching = setInterval(() => this.#listen(), STATS_EVERY_MS);
    mark(this.#part("[data-time]"), { since: this.#since });
  }

  async #listen() {
    const stats = await this.#peer?.stats();
    if (stats && this.#peer?.state === "connected") this.#sound(stats.quality === "poor" ? "weak" : "connected");
  }

  #sound(state) {
    const [kind, words] = SOUNDS[state] ?? ["info", "sound_connecting"];
    const status = this.#part("[data-sound]");
    if (status.dataset.kind === kind && status.textContent === this.#strings[words]) return;
    status.dataset.kind = kind;
    status.textContent = this.#strings[words];
  }

  #part(selector) { return this.#root.querySelector(selector); }
}
