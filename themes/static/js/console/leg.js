// The sound of a telephone call in this tab: says hello, is rung by the switch, answers, and is rung again when lost.
//
// It stands in the place of a Peer, so that a call looks the same whichever way its sound comes.

import { quality, readStats } from "../call/stats.js";
import { speakWith } from "./softphone.js";

const HELLO_AGAIN_MS = 4000;
const PATIENCE_MS = 6000;

export class Leg {
  #softphone; #send; #onstate; #onblocked; #audio; #stream = null; #session = null; #attempt = 0; #watch = null;
  #helloAt = 0; #met = false; #lastStats = null; #take;

  constructor({ softphone, send, audioElement, onstate, onblocked }) {
    this.#softphone = softphone;
    this.#send = send;
    this.#audio = audioElement;
    this.#onstate = onstate;
    this.#onblocked = onblocked;
    this.#take = (invitation) => this.#answer(invitation);
    /** new, waiting (for the switch), connecting, connected, interrupted (was connected), closed */
    this.state = "new";
    this.muted = false;
  }

  /** The account's name and which try this is: another try is another leg at the switch. */
  get sid() { return `${this.#softphone.sid}${this.#attempt}`; }

  join(stream) {
    this.use(stream);
    this.#softphone.expect(this.#take);
    this.#softphone.want();
    this.#watch = setInterval(() => this.#tick(), 1000);
    this.#become("waiting");
    this.#hello();
  }

  use(stream) {
    this.#stream = stream;
    speakWith(stream);
    const track = stream?.getAudioTracks()[0]?.clone();
    if (track) this.#senders().forEach((sender) => sender.replaceTrack(track));
    this.mute(this.muted);
  }

  mute(muted) {
    this.muted = muted;
    for (const { track } of this.#senders()) if (track) track.enabled = !muted;
  }

  play() {
    return this.#audio.play().then(
      () => this.#onblocked(false),
      (error) => error.name === "NotAllowedError" && this.#onblocked(true),
    );
  }

  /** A key pressed towards the other side, heard there as a tone (RFC 4733). */
  key(key) { this.#session?.sessionDescriptionHandler?.sendDtmf(key); }

  async stats() {
    const pc = this.#pc();
    if (!pc) return null;
    const stats = await readStats(pc);
    stats.quality = quality(this.#lastStats, stats);
    this.#lastStats = stats;
    return stats;
  }

  ice() {}
  receive() {}
  rejoin() { if (!this.#session) this.#hello(); }

  close() {
    if (this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
    this.#softphone.let(this.#take);
    this.#drop();
    this.#become("closed");
  }

  // Only once the switch can reach us: what is rung before rings for nothing.
  #hello() {
    if (!this.#softphone.ready || this.#session) return;
    this.#helloAt = Date.now();
    this.#send({ type: "hello", sid: this.sid });
  }

  async #answer(invitation) {
    this.#drop();
    this.#session = invitation;
    this.#become(this.#met ? "interrupted" : "connecting");
    invitation.stateChange.addListener((state) => {
      if (invitation !== this.#session) return;
      if (state === "Established") this.#established();
      else if (state === "Terminated") this.#ended();
    });
    try {
      await invitation.accept();
    } catch {
      if (invitation === this.#session) this.#ended();
    }
  }

  #established() {
    const pc = this.#pc();
    this.#audio.srcObject = this.#session.sessionDescriptionHandler.remoteMediaStream;
    this.play();
    this.mute(this.muted);
    const look = () => {
      if (pc !== this.#pc()) return;
      if (pc.connectionState === "connected") {
        this.#met = true;
        this.#become("connected");
      } else if (["disconnected", "failed"].includes(pc.connectionState)) this.#become("interrupted");
    };
    pc.addEventListener("connectionstatechange", look);
    look();
  }

  // The switch has let go of us, or never got through: the next try is a leg of its own.
  #ended() {
    this.#session = null;
    this.#attempt += 1;
    this.#become(this.#met ? "interrupted" : "waiting");
  }

  #tick() {
    const now = Date.now();
    if (this.#session) {
      const failed = this.#pc()?.connectionState === "failed";
      if (failed) this.#drop(true);
    } else if (now - this.#helloAt > (this.#helloAt ? PATIENCE_MS : HELLO_AGAIN_MS)) {
      if (this.#helloAt) this.#attempt += 1;
      this.#hello();
    } else if (!this.#helloAt) this.#hello();
  }

  #drop(again = false) {
    const session = this.#session;
    this.#session = this.#lastStats = null;
    this.#audio.srcObject = null;
    if (again) this.#ended();
    if (!session) return;
    if (session.state === "Established") session.bye().catch(() => {});
    else if (session.state === "Initial" || session.state === "Establishing") session.reject?.().catch?.(() => {});
  }

  #pc() { return this.#session?.sessionDescriptionHandler?.peerConnection ?? null; }
  #senders() { return this.#pc()?.getSenders() ?? []; }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#onstate(state);
  }
}
