// One side of a call's sound: meets the other side by hello, keeps one RTCPeerConnection per pair of pages, mends it.
//
// Signalling goes through `send` as `{type: 'hello', sid}` and `{type: 'peer', payload}`; what the other side sent
// comes in through `receive(payload)`. The caller alone offers, so the two can never offer across each other. Each
// offer has a turn, and an answer to an earlier turn is dropped: after a lost socket both may be on their way at once.

import { readStats, quality } from "./stats.js";

const WATCH = 1000;
const HELLO_AGAIN = 3000;
const PATIENCE = [4000, 6000, 9000, 13000]; // between restarts; a slow phone must get time to finish one
const RESTARTS_BEFORE_FRESH_PAIR = 3; // a broken DTLS session is beyond what an ICE restart can mend

export class Peer {
  #send; #onstate; #onblocked; #audio; #config;
  #pc = null; #sender = null; #stream = null; #lastStats = null;
  #other = null; #pair = null; #turn = 0; #work = Promise.resolve();
  #helloAt = 0; #offeredAt = 0; #restarts = 0; #met = false; #watch = null;

  constructor({ role, send, audioElement, iceServers = [], relayOnly = false, onstate, onblocked }) {
    this.role = role;
    this.sid = crypto.randomUUID();
    this.state = "new";
    this.muted = false;
    this.#send = send;
    this.#audio = audioElement;
    this.#onstate = onstate ?? (() => {});
    this.#onblocked = onblocked ?? (() => {});
    this.ice({ iceServers, relayOnly });
    this.networkChanged = () => this.#mend({ now: true });
  }

  get connection() { return this.#pc; }

  /** Start looking for the other side. The microphone may follow later through `use`. */
  join(stream = null) {
    this.use(stream);
    this.#watch = setInterval(() => this.#tick(), WATCH);
    addEventListener("online", this.networkChanged);
    navigator.connection?.addEventListener?.("change", this.networkChanged);
    this.#become("waiting");
    this.#hello();
  }

  /** Speak with this stream from now on; needs no new negotiation. */
  use(stream) {
    this.#stream = stream;
    this.mute(this.muted);
    this.#sender?.replaceTrack(this.#track());
  }

  /** Take new ICE servers (TURN credentials are short-lived); they count from the next restart. */
  ice({ iceServers, relayOnly }) {
    this.#config = { iceServers, iceTransportPolicy: relayOnly ? "relay" : "all", bundlePolicy: "max-bundle" };
    this.#pc?.setConfiguration(this.#config);
  }

  /** The signalling socket is back. What was said meanwhile is lost, so say hello and mend what is not whole. */
  rejoin() {
    if (this.#watch === null) return;
    this.#hello();
    if (!this.#whole()) this.#mend({ now: true });
  }

  receive(payload) {
    if (this.#watch === null) return this.#work;
    if (payload.hello) return this.#meet(payload.hello);
    if (payload.pair !== this.#pair) return this.#work; // meant for a page that is gone
    if (payload.bye) return this.#drop();
    if (payload.restart) return this.#mend({ now: true });
    return this.#queue((pc) => this.#negotiate(pc, payload));
  }

  mute(muted) {
    this.muted = muted;
    this.#stream?.getAudioTracks().forEach((track) => { track.enabled = !muted; });
  }

  /** Play the other side; browsers may refuse until the page was clicked, then call it again from the click. */
  play() {
    return this.#audio.play().then(() => this.#onblocked(false), (error) => {
      if (error.name === "NotAllowedError") this.#onblocked(true);
    });
  }

  async stats() {
    if (!this.#pc) return null;
    const stats = await readStats(this.#pc);
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
    if (this.#pair) this.#send({ type: "peer", payload: { pair: this.#pair, ...payload } });
  }

  #meet(sid) {
    if (sid === this.#other) { // known: its socket was away and may have missed our offer
      if (!this.#whole()) this.#mend({ now: true });
      return this.#work;
    }
    this.#hangUp();
    this.#other = sid;
    this.#pair = this.role === "caller" ? `${this.sid}:${sid}` : `${sid}:${this.sid}`;
    this.#hello();
    this.#connect();
    return this.role === "caller" ? this.#queue((pc) => this.#offer(pc)) : this.#work;
  }

  #connect() {
    const pc = new RTCPeerConnection(this.#config);
    this.#pc = pc;
    this.#become(this.#met ? "interrupted" : "connecting");
    pc.onicecandidate = ({ candidate }) => candidate && pc === this.#pc && this.#say({ candidate });
    pc.ontrack = ({ track }) => {
      this.#audio.srcObject = new MediaStream([track]);
      this.play();
    };
    pc.onconnectionstatechange = () => pc === this.#pc && this.#changed(pc.connectionState);
    if (this.role === "caller") this.#speakThrough(pc.addTransceiver("audio", { direction: "sendrecv" }));
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

  #negotiate(pc, { turn, description, candidate }) {
    if (candidate) return pc.addIceCandidate(candidate);
    if (this.role === "operator") return this.#answer(pc, turn, description);
    const awaited = turn === this.#turn && pc.signalingState === "have-local-offer";
    return awaited ? pc.setRemoteDescription(description) : null;
  }

  async #offer(pc) {
    const turn = ++this.#turn;
    this.#offeredAt = Date.now();
    await pc.setLocalDescription();
    this.#say({ turn, description: pc.localDescription });
  }

  async #answer(pc, turn, description) {
    await pc.setRemoteDescription(description);
    this.#speakThrough(pc.getTransceivers()[0]);
    await pc.setLocalDescription();
    this.#say({ turn, description: pc.localDescription });
  }

  #speakThrough(transceiver) {
    transceiver.direction = "sendrecv";
    this.#sender = transceiver.sender;
    this.#sender.replaceTrack(this.#track());
  }

  // The operator cannot offer, so it asks the caller to.
  #mend({ now = false } = {}) {
    if (!this.#pc || (!now && Date.now() - this.#offeredAt < 1000)) return this.#work;
    if (this.role === "operator") {
      this.#offeredAt = Date.now();
      this.#say({ restart: true });
      return this.#work;
    }
    return this.#queue((pc) => {
      pc.restartIce();
      return this.#offer(pc);
    });
  }

  #beginAfresh() {
    this.#drop();
    this.#restarts = 0;
    this.sid = crypto.randomUUID();
    this.#hello();
    return this.#work;
  }

  #tick() {
    const now = Date.now();
    if (!this.#pc && now - this.#helloAt > HELLO_AGAIN) this.#hello();
    if (!this.#pc || this.#whole() || now - this.#offeredAt < PATIENCE[this.#restarts]) return;
    if (this.role === "caller" && this.#restarts === RESTARTS_BEFORE_FRESH_PAIR) this.#beginAfresh();
    else {
      this.#restarts = Math.min(this.#restarts + 1, RESTARTS_BEFORE_FRESH_PAIR);
      this.#mend();
    }
  }

  #whole() {
    return this.#pc?.connectionState === "connected" && this.#pc.signalingState === "stable";
  }

  // One step after another, and none for a connection that has been replaced since it was queued.
  #queue(step) {
    const pc = this.#pc;
    this.#work = this.#work
      .then(() => (pc && pc === this.#pc ? step(pc) : null))
      .catch((error) => console.debug("call signalling", error)); // a stale candidate is no fault; the rest is mended
    return this.#work;
  }

  #drop() {
    this.#hangUp();
    if (this.#watch !== null) this.#become(this.#met ? "interrupted" : "waiting");
    return this.#work;
  }

  #hangUp() {
    this.#pc?.close();
    this.#pc = this.#sender = this.#other = this.#pair = this.#lastStats = null;
    this.#audio.srcObject = null;
  }

  #track() { return this.#stream?.getAudioTracks()[0] ?? null; }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#onstate(state);
  }
}
