// One side of a call's sound: meets the other side by hello, keeps one connection per pair of pages, has it mended.
//
// Signalling goes through `send` as `{type: "hello", sid}` and `{type: "peer", payload}`; what the other side sent
// comes in through `receive(payload)`. Either side may be reloaded: its new sid makes a new pair, and so a new start.

import { Connection } from "./connection.js";
import { quality, readStats } from "./stats.js";

const WATCH_MS = 1000;
const HELLO_AGAIN_MS = 3000;
const PATIENCE_MS = [4000, 6000, 9000, 13000]; // between restarts; a slow phone must get time to finish one
const RESTARTS = PATIENCE_MS.length - 1; // a broken DTLS session is beyond what they can mend: then a new pair

export class Peer {
  #send; #onstate; #onblocked; #audio; #config;
  #connection = null; #stream = null; #other = null; #pair = null; #lastStats = null;
  #helloAt = 0; #restarts = 0; #met = false; #blocked = false; #watch = null;

  constructor({ role, send, audioElement, iceServers = [], relayOnly = false, onstate, onblocked }) {
    this.role = role;
    this.sid = crypto.randomUUID();
    /** new, waiting (nobody there yet), connecting, connected, interrupted (was connected), closed */
    this.state = "new";
    this.muted = false;
    this.#send = send;
    this.#audio = audioElement;
    this.#onstate = onstate ?? (() => {});
    this.#onblocked = onblocked ?? (() => {});
    this.ice({ iceServers, relayOnly });
    this.networkChanged = () => this.#connection?.restart();
  }

  /** Start looking for the other side. The microphone may follow later through `use`. */
  join(stream = null) {
    this.use(stream);
    this.#watch = setInterval(() => this.#tick(), WATCH_MS);
    addEventListener("online", this.networkChanged);
    navigator.connection?.addEventListener?.("change", this.networkChanged);
    this.#become("waiting");
    this.#hello();
  }

  /** Speak with this stream from now on. */
  use(stream) {
    this.#stream = stream;
    this.mute(this.muted);
    this.#connection?.use(this.#track());
    if (stream && this.#blocked) this.play(); // a page that records may sound as well, clicked or not
  }

  mute(muted) {
    this.muted = muted;
    this.#stream?.getAudioTracks().forEach((track) => { track.enabled = !muted; });
  }

  /** Take new ICE servers (TURN credentials are short-lived); they count from the next restart. */
  ice({ iceServers, relayOnly }) {
    this.#config = { iceServers, iceTransportPolicy: relayOnly ? "relay" : "all", bundlePolicy: "max-bundle" };
    this.#connection?.pc.setConfiguration(this.#config);
  }

  /** The signalling socket is back. What was said meanwhile is lost, so say hello and mend what is not whole. */
  rejoin() {
    if (this.#watch === null) return;
    this.#hello();
    this.#mend();
  }

  receive(payload) {
    if (this.#watch === null) return;
    if (payload.hello) this.#meet(payload.hello);
    else if (payload.pair !== this.#pair) return; // meant for a page that is gone
    else if (payload.bye) this.#part();
    else if (payload.restart) this.#connection.restart();
    else this.#connection.receive(payload);
  }

  /** Play the other side; browsers may refuse until the page was clicked, then call it again from the click. */
  play() {
    const blocked = (yes) => {
      this.#blocked = yes;
      this.#onblocked(yes);
    };
    return this.#audio.play().then(() => blocked(false), (error) => error.name === "NotAllowedError" && blocked(true));
  }

  async stats() {
    if (!this.#connection) return null;
    const stats = await readStats(this.#connection.pc);
    stats.quality = quality(this.#lastStats, stats);
    this.#lastStats = stats;
    return stats;
  }

  /** Leave. The microphone belongs to whoever opened it and stays open. */
  close() {
    if (this.#watch === null) return;
    this.#say({ bye: true });
    clearInterval(this.#watch);
    this.#watch = null;
    removeEventListener("online", this.networkChanged);
    navigator.connection?.removeEventListener?.("change", this.networkChanged);
    this.#hangUp();
    this.#become("closed");
  }

  #hello() {
    this.#helloAt = Date.now();
    this.#send({ type: "hello", sid: this.sid });
  }

  #say(payload) {
    this.#send({ type: "peer", payload: { pair: this.#pair, ...payload } });
  }

  #meet(sid) {
    if (sid === this.#other) { // known: its socket was away and may have missed our offer
      this.#mend();
      return;
    }
    this.#hangUp();
    this.#other = sid;
    this.#pair = this.role === "caller" ? `${this.sid}:${sid}` : `${sid}:${this.sid}`;
    this.#hello();
    this.#become(this.#met ? "interrupted" : "connecting");
    this.#connection = new Connection({
      config: this.#config,
      offers: this.role === "caller",
      track: this.#track(),
      say: (payload) => this.#say(payload),
      onsound: (voice) => {
        this.#audio.srcObject = voice;
        this.play();
      },
      onchange: (state) => this.#changed(state),
    });
  }

  #changed(connectionState) {
    if (connectionState === "connected") {
      this.#met = true;
      this.#restarts = 0;
      this.#become("connected");
    } else if (["disconnected", "failed", "closed"].includes(connectionState)) {
      this.#become("interrupted");
      this.#mend();
    }
  }

  #mend() {
    if (this.#connection && !this.#connection.whole) this.#connection.restart();
  }

  #tick() {
    const now = Date.now();
    if (!this.#connection) {
      if (now - this.#helloAt > HELLO_AGAIN_MS) this.#hello();
    } else if (!this.#connection.whole && now - this.#connection.offeredAt > PATIENCE_MS[this.#restarts]) {
      if (this.role === "caller" && this.#restarts === RESTARTS) this.#beginAfresh();
      else {
        this.#restarts = Math.min(this.#restarts + 1, RESTARTS);
        this.#connection.restart();
      }
    }
  }

  #beginAfresh() {
    this.#part();
    this.#restarts = 0;
    this.sid = crypto.randomUUID();
    this.#hello();
  }

  #part() {
    this.#hangUp();
    this.#become(this.#met ? "interrupted" : "waiting");
  }

  #hangUp() {
    this.#connection?.close();
    this.#connection = this.#other = this.#pair = this.#lastStats = null;
    this.#audio.srcObject = null;
  }

  #track() { return this.#stream?.getAudioTracks()[0] ?? null; }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#onstate(state);
  }
}
