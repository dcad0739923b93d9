// Who waits, who is there, and to whom a call can be handed.

import { mark } from "../clock.js";

export class Board {
  #root; #strings;

  constructor(root, strings) {
    this.#root = root;
    this.#strings = strings;
  }

  show({ waiting = [], on_duty: onDuty = 0, colleagues = [] }) {
    this.#fill("[data-waiting]", "waiter", waiting, (item, { line, since }) => {
      item.querySelector("[data-line]").textContent = line;
      mark(item.querySelector("[data-time]"), { since });
    });
    this.#part("[data-nobody]").hidden = waiting.length > 0;
    this.#part("[data-on-duty]").textContent = this.#strings.on_duty.replace("{n}", onDuty);
    this.#fill("[data-colleagues]", "colleague", colleagues, (item, { member_id: member, name, simulated, doing }) => {
      item.querySelector("[data-name]").textContent = simulated ? this.#strings.played.replace("{name}", name) : name;
      item.querySelector("[data-doing]").textContent = this.#strings.doing[doing] ?? "";
      Object.assign(item.querySelector("button"), { disabled: doing !== "free" }).dataset.member = member;
    });
    this.#part("[data-alone]").hidden = colleagues.length > 0;
  }

  // A list that has not changed stays as it is, so that focus in it stays too.
  #fill(selector, template, items, dress) {
    const list = this.#part(selector);
    const news = JSON.stringify(items);
    list.hidden = items.length === 0;
    if (list.dataset.news === news) return;
    list.dataset.news = news;
    list.replaceChildren(...items.map((item) => {
      const row = document.getElementById(template).content.cloneNode(true);
      dress(row, item);
      return row;
    }));
  }

  #part(selector) { return this.#root.querySelector(selector); }
}
