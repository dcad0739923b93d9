// The phone on the screen: dials, says what the hotline says, presses keys, talks, leaves a message, hangs up.
//
// The server leads, as it leads a caller's page; this page is the caller's end of the line.

import { Conversation } from "../caller/conversation.js";
import { microphonePermission } from "../call/microphone.js";
import { setClock } from "../clock.js";
import { live } from "../live.js";
import { Display } from "./display.js";
import { keypad } from "./keypad.js";
import { Message } from "./message.js";
import { Mouth } from "./mouth.js";
import { Speaker } from "./speaker.js";
import { Tones } from "./tones.js";

const KEPT = "hark.phone"; // a reload comes back to its call
const root = document.getElementById("phone");
const { strings } = JSON.parse(document.getElementById("phone-data").textContent);
const part = (selector) => root.querySelector(selector);

let base = null;
let line = null;
let screen = null;
let heard = null; // what was said last; said again only when the server means it anew

const send = (message) => line?.send(message) ?? false;
const tones = new Tones();
const display = new Display(root, strings);
const speaker = new Speaker(document.getElementById("prompt"), (blocked) => { part("[data-quiet]").hidden = !blocked; });
const conversation = new Conversation(root, strings, send);
const mouth = new Mouth(root, strings, (stream) => conversation.use(stream));
const message = new Message(root, () => send({ type: "unrecorded", visit: screen.visit }));

// ---- beginning, and coming back

async function dial(number, name) {
  if (base || display.kind === "dialling") return;
  if (!number) {
    display.hint(strings.no_number);
    return;
  }
  display.show("dialling", name ?? number);
  tones.unlock();
  const speaking = await mouth.open();
  tones.ringing();
  const answer = await fetch("/phone/calls", {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ number, microphone: speaking ? "yes" : "no" }),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    over(told?.title ?? strings.unreachable);
    return;
  }
  sessionStorage.setItem(KEPT, JSON.stringify(told));
  connect(told);
}

function connect(call) {
  base = call.base;
  display.show("dialling", call.name);
  line = live(`${base}/telephone`, { onMessage: hear, onState: linked });
}

async function comeBack(call) {
  connect(call);
  if (await microphonePermission() === "granted") mouth.open();
}

function linked(state) {
  if (!base) return;
  part("[data-lost]").hidden = state === "open" || (state === "connecting" && !screen);
  if (state === "open") {
    conversation.rejoin();
    display.offer(screen?.choices ?? []); // what was pressed may not have arrived, so it may be pressed again
  }
  if (state === "refused") over();
}

// ---- what the server says

function hear(news) {
  if (!base) return;
  if (news.at) setClock(news.at);
  if (news.type === "ice") conversation.ice(news);
  else if (news.type === "peer") conversation.receive(news.payload);
  else if (news.type === "screen") lead(news);
}

function lead(news) {
  screen = news;
  display.place(news.kind === "queue" ? news.position : null);
  const meant = `${news.kind}:${news.visit}:${news.serial}`;
  if (heard === meant) return;
  heard = meant;
  tones.stop();
  speaker.stop();
  if (news.kind === "talking") conversation.begin(news.since);
  else conversation.end();
  if (news.kind !== "voicemail") message.end();
  if (news.kind !== "ended") display.show(news.kind);
  display.offer(news.kind === "talking" ? [] : news.choices);
  if (news.kind === "talking") display.said([]);
  else say(news);
}

const afterwards = {
  say: ({ visit }) => send({ type: "done", visit }),
  ringing: () => tones.ringing(),
  queue: () => tones.waiting(),
  ended: () => over(),
  async voicemail({ max_seconds: maxSeconds }) {
    await tones.beep();
    if (screen?.kind === "voicemail") message.record(`${base}/voicemail`, mouth.stream, maxSeconds);
  },
};

async function say(news) {
  display.said(news.said);
  if (await speaker.play(news.said, (words) => display.saying(words))) afterwards[news.kind]?.(news);
}

function over(words = "") {
  base = screen = heard = null;
  sessionStorage.removeItem(KEPT);
  tones.stop();
  speaker.stop();
  message.end();
  conversation.end();
  mouth.close();
  line?.close();
  line = null;
  tones.ended();
  display.end(words);
}

// ---- what the caller does

function press(key) {
  tones.unlock();
  tones.key(key);
  if (!base) {
    display.type(key);
    return;
  }
  if (!screen) return;
  if (key === "#" && message.recording) message.stop();
  else {
    const chosen = screen.choices.some((choice) => choice.key === key);
    if (chosen) speaker.stop();
    if (chosen && screen.kind === "menu") display.offer([]); // until the answer comes
    send({ type: "key", key, visit: screen.visit });
  }
}

/** `leaving` may be a reload: the server waits a moment for the page to come back before it ends the call. */
function bye(leaving) {
  if (!base || !line) return;
  message.leave();
  send({ type: "bye", leaving });
  navigator.sendBeacon(`${base}/bye`, new URLSearchParams({ leaving: leaving ? "yes" : "no" }));
}

const deeds = {
  dial: () => dial(display.number),
  delete: () => display.erase(),
  mute: () => conversation.mute(),
  sound() {
    tones.unlock();
    speaker.resume();
    conversation.play();
  },
  hangup() {
    bye(false);
    over(strings.hung_up);
  },
};

root.addEventListener("click", ({ target }) => deeds[target.closest("[data-do]")?.dataset.do]?.());
part("[data-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!base) deeds.dial();
});
document.addEventListener("click", ({ target }) => {
  const row = target.closest("button[data-dial]");
  if (row) dial(row.dataset.dial, row.dataset.name);
});
addEventListener("keydown", ({ key, target }) => {
  if (base || (target !== document.body && target !== root)) return;
  if (key === "Enter") deeds.dial();
  if (key === "Backspace") deeds.delete();
});
keypad(root, press, (target) => target.matches?.("input, textarea, select") && target.getClientRects().length > 0);
addEventListener("pagehide", () => {
  bye(true);
  conversation.end();
});

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
if (kept) comeBack(kept);
