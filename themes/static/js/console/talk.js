// The live call: carried by one tab alone, honest in all of them about what is still alive.
//
// The server's `carrier` (the sid that said hello last and is still connected) is the truth about which tab carries
// the sound. A tab takes it when its person accepted or asked for it here, or when it was reloaded while carrying.

import { mark } from "../clock.js";
import { Meter } from "../call/meter.js";
import { closeMicrophone, openMicrophone } from "../call/microphone.js";
import { reveal } from "../reveal.js";
import { Peer } from "../call/peer.js";
import { tell } from "./facts.js";
import { Leg } from "./leg.js";

const KEPT = "hark.carrying";
const STATS_EVERY_MS = 3000;
const KINDS = {
  connected: "good", weak: "warn", interrupted: "warn", unlinked: "warn", unknown: "bad", desk: "good", mobile: "good",
};

export class Talk {
  #root; #card; #strings; #send; #onchange;
  #call = null; #linked = false; #ice = null; #peer = null; #confirmed = false; #weak = false;
  #microphone = null; #meter = null; #opening = null; #watching = 0; #wanted = null; #softphone; #device = "browser";

  constructor(root, strings, send, softphone, onchange) {
    this.#root = root;
    this.#softphone = softphone;
    this.#card = root.querySelector("#talk");
    this.#strings = strings;
    this.#send = send;
    this.#onchange = onchange;
    this.#wanted = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT); // so that a duplicated tab doesn't think it was reloaded
  }

  /** Whether this tab carries the sound; on a telephone of one's own none does, and each may lead the call. */
  get here() { return this.#away || (this.#wanted !== null && this.#wanted === this.#call?.call_id); }
  get #away() { return this.#call !== null && this.#device !== "browser"; }

  /** This tab is to carry that call as soon as it is on. */
  want(callId) { this.#wanted = callId; }

  /** The call as the server knows it, or null; `back` after the socket was away. */
  show(call, back = false, device = this.#device) {
    this.#device = device;
    if (this.#call && call?.call_id !== this.#call.call_id) this.#let();
    this.#call = call;
    if (!call) return;
    const carrier = call.carrier ?? null;
    if (carrier && carrier === this.#peer?.sid) this.#confirmed = true;
    else if (carrier && this.#confirmed) this.#let();
    tell(this.#card, call, this.#strings);
    this.#part("[data-elsewhere-words]").textContent = carrier ? this.#strings.elsewhere : this.#strings.nowhere;
    reveal(this.#root, "sounds", this.#away ? "away" : call.sound ?? "peer");
    if (!this.here) return;
    if (back) this.#peer?.rejoin();
    this.#carry();
  }

  /** Press a key towards a telephone. */
  key(key) { this.#peer?.key?.(key); }

  linked(linked) {
    this.#linked = linked;
    this.#say();
  }

  ice({ servers, relay_only: relayOnly }) {
    this.#ice = { iceServers: servers, relayOnly };
    this.#peer?.ice(this.#ice);
    if (this.here) this.#carry();
  }

  receive(payload) { this.#peer?.receive(payload); }
  play() { this.#peer?.play(); }

  /** Carry the sound here from now on. */
  take() {
    this.#wanted = this.#call.call_id;
    this.#confirmed = false;
    this.#carry();
    this.#onchange();
  }

  mute() {
    if (!this.#peer) return;
    this.#peer.mute(!this.#peer.muted);
    this.#muted(this.#peer.muted);
  }

  /** Open the microphone, or explain in the page why it can't be. Resolves to whether it is open. */
  async listen() {
    const notice = this.#root.querySelector("[data-voiceless]");
    try {
      this.#opening ??= this.#microphone?.active ? Promise.resolve(this.#microphone) : openMicrophone();
      this.#microphone = await this.#opening;
    } catch (error) {
      this.#voiceless(error.reason);
      return false;
    } finally {
      this.#opening = null;
    }
    notice.hidden = true;
    this.#microphone.getAudioTracks()[0].onended = () => this.#voiceless("unplugged");
    this.#peer?.use(this.#microphone);
    this.#meter?.close();
    this.#meter = new Meter(this.#microphone, (level) => { this.#part("[data-level]").value = level; });
    return true;
  }

  /** Close the microphone where no call needs it. */
  rest() {
    if (this.#peer) return;
    this.#meter?.close();
    closeMicrophone(this.#microphone);
    this.#meter = this.#microphone = null;
  }

  /** The page goes away, perhaps to be reloaded: remember that it was here. */
  leave() {
    if (this.here) sessionStorage.setItem(KEPT, this.#call.call_id);
    this.#peer?.close();
  }

  #carry() {
    if (this.#away) {
      this.#say();
      return;
    }
    if (this.#peer || !this.#ice) return;
    const common = {
      send: this.#send,
      audioElement: document.getElementById("voice"),
      onstate: () => this.#say(),
      onblocked: (blocked) => { this.#part("[data-quiet]").hidden = !blocked; },
    };
    const telephone = this.#call.sound === "sip";
    this.#peer = telephone ? new Leg({ softphone: this.#softphone, ...common }) : new Peer({ role: "operator", ...this.#ice, ...common });
    this.#peer.join(this.#microphone);
    if (!this.#microphone) this.listen();
    this.#watching = setInterval(() => this.#watch(), STATS_EVERY_MS);
    this.#say();
  }

  #let() {
    clearInterval(this.#watching);
    this.#peer?.close();
    this.#peer = this.#wanted = null;
    this.#confirmed = this.#weak = false;
    this.#muted(false);
    this.rest();
    mark(this.#part("[data-time]"), {});
  }

  async #watch() {
    this.#weak = (await this.#peer?.stats())?.quality === "poor";
    this.#say();
  }

  #say() {
    const simulated = this.#call?.simulated;
    const away = this.#away;
    const alive = this.#peer?.state === "connected" || simulated || away;
    let word = alive && this.#weak ? "weak" : this.#peer?.state;
    if (simulated) word = "simulated";
    if (away) word = this.#device;
    if (!this.#linked) word = alive ? "unlinked" : "unknown";
    const words = this.#strings.sound[word] ?? this.#strings.sound.connecting;
    const status = this.#part("[data-sound]");
    status.dataset.kind = KINDS[word] ?? "info";
    if (status.textContent !== words) status.textContent = words;
    const time = this.#part("[data-time]");
    // A clock that runs would say that the call is alive.
    if (alive && this.#call) mark(time, { since: this.#call.since });
    else mark(time, {});
  }

  #muted(muted) {
    this.#part('[data-do="mute"]').setAttribute("aria-pressed", muted);
    for (const words of this.#card.querySelectorAll("[data-muted]")) words.hidden = (words.dataset.muted === "yes") !== muted;
  }

  #voiceless(reason) {
    this.#root.querySelector("[data-voiceless-words]").textContent = this.#strings.microphone[reason];
    this.#root.querySelector("[data-voiceless]").hidden = false;
  }

  #part(selector) { return this.#card.querySelector(selector); }
}
