// The operator's console: what the server says is its state, and everything to be seen follows from it.

import { htmx, say } from "hark/hark.js";
import { microphonePermission } from "../call/microphone.js";
import { mark, secondsSince, setClock } from "../clock.js";
import { live } from "../live.js";
import { reveal } from "../reveal.js";
import { Board } from "./board.js";
import { Left } from "./left.js";
import { OfferCard } from "./offer.js";
import { Passing } from "./passing.js";
import { shortcuts } from "./shortcuts.js";
import { Softphone } from "./softphone.js";
import { Talk } from "./talk.js";
import { Where } from "./where.js";

const root = document.getElementById("console");
const { socket, records, callers, duty, strings } = JSON.parse(document.getElementById("console-data").textContent);
const part = (selector) => root.querySelector(selector);

const state = { duty, offer: null, call: null, wrapUntil: null, board: {} };
let recordOf = null;
let besideOf = null;
let wished = null; // a duty chosen while there was no connection: it is said as soon as there is one

const send = (message) => line.send(message);
const offerCard = new OfferCard(root, strings);
const board = new Board(root, strings);
const left = new Left(root, strings);
const softphone = new Softphone(send);
const passing = new Passing(root, tell);
const talk = new Talk(root, strings, send, softphone, render);
const where = new Where(root, strings, (device) => tell({ type: "duty", status: state.duty, ...device }));

// ---- what is to be seen

function face() {
  if (state.call) return talk.here ? "call" : "elsewhere";
  if (state.offer) return "offer";
  return state.wrapUntil ? "wrap" : "quiet";
}

function render() {
  const before = root.dataset.face;
  root.dataset.face = face();
  reveal(root, "when", face());
  reveal(root, "duty", state.duty);
  reveal(root, "where", where.device);
  for (const choice of root.querySelectorAll("[name=duty]")) choice.checked = choice.value === state.duty;
  offerCard.show(state.call ? null : state.offer, where.device !== "browser");
  board.show(state.board);
  passing.show(state.call);
  if (state.wrapUntil) mark(part("[data-wrap]"), { until: state.wrapUntil });
  part("[data-silent]").hidden = state.duty !== "on" || Boolean(state.call) || !offerCard.ringer.silenced;
  if (face() === "call") openRecord(state.call.call_id);
  standBeside((state.call ?? state.offer)?.call_id ?? null);
  if (before !== face() && document.activeElement === document.body && face() === "call") part("#talk").focus();
}

/** The form beside the call; it stays after the call until the next one. */
function openRecord(callId) {
  if (recordOf === callId) return;
  recordOf = callId;
  htmx.ajax("GET", records + callId, { target: "#record", swap: "innerHTML" });
}

/** What should be known of this caller before one answers: the plan, where there is one. */
function standBeside(callId) {
  if (besideOf === callId) return;
  besideOf = callId;
  if (callId) htmx.ajax("GET", callers + callId, { target: "#caller-beside", swap: "innerHTML" });
  else document.getElementById("caller-beside").replaceChildren();
}

/** A supervisor comes here from the list of live calls: this tab carries the sound. */
function lookOn() {
  if (location.hash !== "#look-on") return;
  history.replaceState(null, "", location.pathname);
  if (state.call?.part === "supervise" && !state.call.carrier) talk.want(state.call.call_id);
}

// ---- what the server says

const said = {
  snapshot(message) {
    state.duty = message.duty;
    state.offer = message.offer;
    state.call = message.call;
    state.wrapUntil = message.wrap_until;
    state.board = message;
    left.show(message.left);
    where.show(message);
    if (message.softphone && (state.duty === "on" || state.call) && where.device === "browser") softphone.want();
    lookOn();
    talk.show(state.call, true, where.device);
  },
  offer(message) { state.offer = message; },
  offer_gone({ offer_id: offer, reason }) {
    if (state.offer?.offer_id !== offer) return;
    state.offer = null;
    talk.want(null);
    talk.rest();
    if (strings.gone[reason]) say(strings.gone[reason]);
  },
  call(message) {
    state.call = message;
    state.offer = state.wrapUntil = null;
    talk.show(message);
  },
  call_ended({ reason, wrap_until: wrapUntil }) {
    part("[data-ended]").textContent = strings.ended[reason] ?? "";
    if (!wrapUntil && strings.ended[reason]) say(strings.ended[reason]);
    state.call = null;
    state.wrapUntil = wrapUntil;
    talk.show(null);
  },
  board(message) { state.board = message; },
  left(message) { left.show(message); },
  duty(message) {
    state.duty = message.status;
    if (message.device) where.chosen(message);
    if (where.softphone && state.duty === "on" && where.device === "browser") softphone.want();
    if ("wrap_until" in message) state.wrapUntil = message.wrap_until;
  },
  duty_over() { say(strings.duty_over); },
  softphone(message) { softphone.given(message); },
  ice(message) { talk.ice(message); },
  peer({ payload }) { talk.receive(payload); },
  notice({ text }) { say(text); },
};

function hear(message) {
  if (message.at) setClock(message.at);
  said[message.type]?.(message);
  if (message.type !== "peer") render();
}

function linked(link) {
  const open = link === "open";
  talk.linked(open);
  const words = link === "refused" ? strings.signed_out : strings[state.call ? "lost_in_call" : "lost"];
  if (!open) part("[data-lost-words]").textContent = words;
  part("[data-lost]").hidden = open || link === "connecting" && part("[data-lost]").hidden;
  if (open) softphone.rejoin();
  if (open && wished) {
    send({ type: "duty", status: wished });
    wished = null;
  }
  if (open || !state.offer) return;
  state.offer = null; // a lease that can't be taken any more should not go on ringing
  render();
}

// ---- what the operator does

function tell(message) {
  if (send(message)) return true;
  say(strings.not_sent);
  render();
  return false;
}

async function accept() {
  const { offer_id: offer, call_id: call, simulated } = state.offer;
  offerCard.busy(true);
  // Once allowed, opening takes a moment that the server's answer takes as well; not yet allowed, it comes first.
  const listening = talk.listen().finally(() => { if (!state.offer && !state.call) talk.rest(); });
  if (!simulated && await microphonePermission() !== "granted" && !await listening) {
    offerCard.busy(false);
    return;
  }
  talk.want(call);
  if (!tell({ type: "accept", offer_id: offer })) offerCard.busy(false);
}

const deeds = {
  accept,
  decline() {
    offerCard.busy(true);
    tell({ type: "decline", offer_id: state.offer.offer_id });
  },
  take: () => talk.take(),
  mute: () => talk.mute(),
  end: () => tell({ type: "end", call_id: state.call.call_id }),
  ready: () => tell({ type: "ready" }),
  sound: () => talk.play(),
  silence() {
    // Nothing is swapped: what is being typed into the record stays as it is.
    htmx.ajax("POST", `${records}${state.call.call_id}/silence`, { target: "#record", swap: "none" })
      .then(() => say(strings.silence_noted));
    part("#silence").open = false;
  },
  microphone: () => talk.listen().then(() => talk.rest()),
  "try-ring": () => offerCard.ringer.once(),
};

root.addEventListener("click", ({ target }) => {
  const { do: deed, key } = target.closest("button")?.dataset ?? {};
  if (key) talk.key(key);
  if (deed) deeds[deed]();
});

root.addEventListener("change", async ({ target }) => {
  if (target.name !== "duty") return;
  state.duty = target.value; // what was chosen stays chosen unless the server says otherwise
  if (!send({ type: "duty", status: target.value })) wished = target.value;
  if (target.value !== "on" || where.device !== "browser") return;
  offerCard.ringer.unlock();
  offerCard.alerts.ask();
  if (await talk.listen()) talk.rest(); // so that it is allowed before the first call rings
});

for (const touch of ["click", "keydown"]) { // not before the click: what moves away under a finger is not pressed
  // A task later: drawing within the click would take back the choice that the click is just making.
  addEventListener(touch, () => offerCard.ringer.unlock().then(() => setTimeout(render)), { once: true });
}

setInterval(() => {
  if (!state.wrapUntil || secondsSince(state.wrapUntil) < 0) return;
  state.wrapUntil = null;
  render();
}, 1000);
addEventListener("pagehide", () => {
  talk.leave();
  softphone.close();
  send({ type: "bye" }); // a socket that merely breaks could be a bad network, and is given longer
});
shortcuts(root, part("[data-single-keys]"));

const line = live(socket, { onMessage: hear, onState: linked });
