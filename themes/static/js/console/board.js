// Who waits, who is there, and to whom a call can be handed.

import { mark } from "../clock.js";
import { fill } from "./fill.js";

export class Board {
  #root; #strings;

  constructor(root, strings) {
    this.#root = root;
    this.#strings = strings;
  }

  show({ waiting = [], on_duty: onDuty = 0, colleagues = [] }) {
    fill(this.#part("[data-waiting]"), "waiter", waiting, (item, { line, since }) => {
      item.querySelector("[data-line]").textContent = line;
      mark(item.querySelector("[data-time]"), { since });
    });
    this.#part("[data-nobody]").hidden = waiting.length > 0;
    this.#part("[data-on-duty]").textContent = this.#strings.on_duty.replace("{n}", onDuty);
    fill(this.#part("[data-colleagues]"), "colleague", colleagues, (item, { member_id: member, name, simulated, doing }) => {
      item.querySelector("[data-name]").textContent = simulated ? this.#strings.played.replace("{name}", name) : name;
      item.querySelector("[data-doing]").textContent = this.#strings.doing[doing] ?? "";
      for (const button of item.querySelectorAll("button")) {
        Object.assign(button, { disabled: doing !== "free" }).dataset.member = member;
      }
    });
    this.#part("[data-alone]").hidden = colleagues.length > 0;
  }

  #part(selector) { return this.#root.querySelector(selector); }
}
