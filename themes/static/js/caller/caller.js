// A caller's page: asks for the microphone when the button is pressed, opens the call, shows what the server says.

import { setClock } from "../clock.js";
import { live } from "../live.js";
import { Conversation } from "./conversation.js";
import { Meter } from "../call/meter.js";
import { closeMicrophone, microphonePermission, openMicrophone } from "../call/microphone.js";
import { Screens } from "./screens.js";
import { Voicemail } from "./voicemail.js";

const root = document.getElementById("call");
const { start, strings, base: known, screen: first } = JSON.parse(document.getElementById("call-data").textContent);
const part = (selector) => root.querySelector(selector);

let base = known;
let line = null;
let microphone = null;
let meter = null;
let over = false;
let leavingByForm = false;
let maxSeconds = 120;
let visit = null; // what is pressed belongs to the screen it was pressed on, however late it arrives

const send = (message) => line?.send(message) ?? false;
const screens = new Screens(root, strings, (key) => send({ type: "key", key, visit }));
const conversation = new Conversation(root, strings, send);
const voicemail = new Voicemail(part("#voicemail"), strings);

// ---- the microphone

async function takeMicrophone() {
  closeMicrophone(microphone);
  microphone = await openMicrophone();
  microphone.getAudioTracks()[0].onended = () => voiceless(strings.unplugged);
  conversation.use(microphone);
  part("[data-voiceless]").hidden = true;
  meter?.close();
  const level = part("[data-heard] meter");
  meter = new Meter(microphone, (value) => { level.value = value; });
  part("[data-heard]").hidden = false;
}

function voiceless(words) {
  part("[data-voiceless-words]").textContent = words;
  part("[data-voiceless]").hidden = false;
  part("[data-heard]").hidden = true;
}

/** In a call already: say what is the matter beside what is going on, and go on. */
async function speak() {
  try {
    await takeMicrophone();
  } catch (error) {
    voiceless(strings.microphone[error.reason]);
    throw error;
  }
}

// ---- beginning, and coming back

async function call() {
  screens.show({ kind: "asking" });
  try {
    await takeMicrophone();
  } catch (error) {
    screens.show({ kind: "microphone", text: strings.microphone[error.reason] });
    return;
  }
  await begin("yes");
}

async function begin(speaking) {
  screens.show({ kind: "starting" });
  const answer = await fetch(start, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams({ microphone: speaking }),
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    screens.show({ kind: "unreachable", text: told?.title });
    return;
  }
  base = told.base;
  history.replaceState(history.state, "", base); // a reload comes back to this call
  connect();
}

async function comeBack() {
  history.replaceState(history.state, "", base); // a form that came back with a question stands at another address
  if (first) listen(first);
  if (over) return;
  connect();
  if (await microphonePermission() === "granted") speak().catch(() => {});
  else voiceless(strings.voiceless);
}

function connect() {
  part("#callback").action = `${base}/callback`;
  line = live(`${base}/socket`, { onMessage: hear, onState: linked });
}

function linked(state) {
  if (over) return;
  part("[data-lost]").hidden = state === "open" || (state === "connecting" && screens.kind === "starting");
  if (state === "open") {
    screens.unlock();
    conversation.rejoin();
  }
  if (state === "refused") end(strings.gone);
}

// ---- what the server says

function hear(message) {
  if (over) return;
  if (message.at) setClock(message.at);
  if (message.type === "ice") conversation.ice(message);
  else if (message.type === "peer") conversation.receive(message.payload);
  else if (message.type === "ended") end(message.text);
  else if (message.type === "screen") listen(message);
}

function listen(screen) {
  visit = screen.visit ?? null;
  if (screen.kind === "ended") {
    end(screen.text);
    return;
  }
  if (screen.kind === "talking") conversation.begin(screen.since);
  else conversation.end();
  if (screen.kind === "voicemail") maxSeconds = screen.max_seconds ?? screen.seconds ?? maxSeconds;
  else voicemail.end();
  screens.show(screen.kind === "say" && !screen.text ? { kind: "starting" } : screen); // nothing to say yet
}

function end(words) {
  over = true;
  conversation.end();
  voicemail.end();
  meter?.close();
  closeMicrophone(microphone);
  line?.close();
  part("[data-lost]").hidden = part("[data-voiceless]").hidden = true;
  screens.show({ kind: "ended", text: words });
}

// ---- leaving

/** `leaving` may be a reload: the server waits a moment for the page to come back before it ends the call. */
function bye(leaving) {
  if (!line || over) return;
  send({ type: "bye", leaving });
  navigator.sendBeacon(`${base}/bye`, new URLSearchParams({ leaving: leaving ? "yes" : "no" }));
}

addEventListener("pagehide", () => {
  if (leavingByForm) return;
  voicemail.leave();
  bye(true);
  conversation.end();
});
document.addEventListener("hark:exit", () => {
  voicemail.leave();
  bye(false);
  end();
});
part("#callback").elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? ""; // their hours are their clock's
part("#callback").addEventListener("submit", () => { leavingByForm = true; });

// ---- what the caller does

const deeds = {
  call,
  silent: () => begin("no"),
  microphone: () => speak().catch(() => {}),
  done: () => send({ type: "done", visit }),
  mute: () => conversation.mute(),
  sound: () => conversation.play(),
  hangup() {
    bye(false);
    end(strings.hung_up);
  },
  async record() {
    if (!Voicemail.possible()) {
      voiceless(strings.no_recorder);
      return;
    }
    if (!microphone?.active) await speak();
    voicemail.begin({ address: `${base}/voicemail`, stream: microphone, maxSeconds });
    voicemail.record();
  },
  stop: () => voicemail.stop(),
  send: () => voicemail.send(),
  unrecorded: () => send({ type: "unrecorded", visit }),
};

root.addEventListener("click", ({ target }) => {
  const deed = target.closest("[data-do]")?.dataset.do;
  if (deed) Promise.resolve(deeds[deed]()).catch(() => {}); // what went wrong is said on the page
});
part("[data-start]").addEventListener("submit", (event) => {
  event.preventDefault();
  call();
});

root.dataset.awake = "";
if (base) comeBack();
