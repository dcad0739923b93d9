// Passing the call on: to whom it may go, who is asked and who is there, and what a supervisor does in it.

import { reveal } from "../reveal.js";
import { fill } from "./fill.js";

const UNREACHED = ["busy", "no_answer", "rejected"];

export class Passing {
  #root; #words; #tell; #call = null;

  /** `tell` sends a message to the server. */
  constructor(root, tell) {
    this.#root = root;
    this.#words = JSON.parse(document.getElementById("passing-words").textContent);
    this.#tell = tell;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("button[data-pass]");
      if (button) this.#pass(button);
    });
    root.addEventListener("change", ({ target }) => {
      if (target.name === "how") this.#tell({ type: "supervise", how: target.value });
    });
  }

  /** The call as the server knows it, or null. Drawn after the lists of colleagues are. */
  show(call) {
    this.#call = call;
    if (!call) return;
    const state = stateOf(call);
    reveal(this.#root, "passing", state);
    reveal(this.#root, "voice", call.sound ?? "peer");
    this.#lists(call);
    this.#say(call, state);
    this.#watchers(call);
    this.#part("[data-unreached]").hidden = !call.failed;
    if (call.failed) {
      const why = UNREACHED.includes(call.failed.reason) ? call.failed.reason : "other";
      this.#part("[data-unreached]").textContent = named(this.#words.failed[why], call.failed.name);
    }
    for (const choice of this.#root.querySelectorAll("[name=how]")) choice.checked = choice.value === call.how;
    const hold = this.#part('[data-pass="hold"]');
    if (hold) hold.hidden = call.sound !== "sip" || !["alone", "together"].includes(state);
    this.#ending(call, state);
  }

  #lists({ teams = [], destinations = [] }) {
    fill(this.#part("[data-teams]"), "team", teams, (row, { key, name }) => {
      row.querySelector("[data-name]").textContent = name;
      row.querySelector("button").dataset.team = key;
    });
    fill(this.#part("[data-destinations]"), "destination", destinations, (row, { id, name, note }) => {
      row.querySelector("[data-name]").textContent = name;
      row.querySelector("[data-note]").textContent = note;
      for (const button of row.querySelectorAll("button")) button.dataset.destination = id;
    });
    this.#part("[data-no-destinations]").hidden = destinations.length > 0;
  }

  #say(call, state) {
    const words = this.#sentence(call, state);
    this.#part("[data-company]").hidden = !words;
    const said = this.#part("[data-company-words]");
    if (said.textContent !== words) said.textContent = words;
    const waits = call.handover ? !call.handover.consult : Boolean(call.beside?.blind);
    this.#part("[data-back-words]").textContent = waits ? this.#words.keep : this.#words.back;
    if (call.beside) this.#part("[data-leave-words]").textContent = named(this.#words.leave, call.beside.name);
  }

  #sentence(call, state) {
    const { consult, supervise, held, handing, asking, connecting, there, together } = this.#words;
    const has = call.has?.name ?? "";
    switch (state) {
      case "consult": return named(call.held ? consult.held : consult.together, has);
      case "supervise": return named(supervise[call.how], has);
      case "asked": return named(call.handover.consult ? asking : handing, call.handover.to);
      case "ringing": return named(call.beside.blind ? connecting : asking, call.beside.name);
      case "there": return named(there, call.beside.name);
      case "together": return named(together, call.beside.name);
      default: return state === "held" ? held : "";
    }
  }

  #watchers({ supervisors = [] }) {
    const list = this.#part("[data-supervisors]");
    const lines = supervisors.map(({ name, how }) => named(this.#words.watchers[how], name));
    list.hidden = lines.length === 0;
    if (list.dataset.said === lines.join("\n")) return;
    list.dataset.said = lines.join("\n");
    list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  }

  // Whoever isn't alone with the caller doesn't end the call by going; to whom it goes says another button.
  #ending(call, state) {
    const goes = ["consult", "supervise"].includes(state) || (call.supervisors ?? []).some(({ how }) => how === "talk");
    const button = this.#part('[data-do="end"]');
    button.hidden = ["there", "together"].includes(state);
    button.querySelector('[data-once="no"]').textContent = goes ? this.#words.leave_call : this.#words.end_call;
    button.querySelector('[data-once="yes"]').textContent = goes ? this.#words.again_leave : this.#words.again_end;
  }

  #pass({ dataset: { pass, member, team, destination, blind } }) {
    const message = { type: pass, call_id: this.#call.call_id };
    if (pass === "handover") Object.assign(message, member ? { member_id: member } : { team });
    if (pass === "consult") message.member_id = member;
    if (pass === "outside") Object.assign(message, { destination, blind: blind !== undefined });
    if (pass === "take_over") message.member_id = this.#call.has.member_id;
    if (this.#tell(message) && ["handover", "consult", "outside"].includes(pass)) this.#part("#handover").open = false;
  }

  #part(selector) { return this.#root.querySelector(selector); }
}

function stateOf({ part = "talk", held, handover, beside }) {
  if (part !== "talk") return part;
  if (handover) return "asked";
  if (beside) return !beside.there ? "ringing" : held ? "there" : "together";
  return held ? "held" : "alone";
}

const named = (words, name) => words.replaceAll("{name}", name);
