// The display of the phone: in what state the call is, whom it is with, what is being said.

import { reveal } from "../reveal.js";

const KINDS = { talking: "good", voicemail: "warn", idle: "idle", over: "idle" };

export class Display {
  #root; #strings; #lines = new Map();

  constructor(root, strings) {
    this.#root = root;
    this.#strings = strings;
  }

  get kind() { return this.#root.dataset.kind; }
  get number() { return this.#part("#number").value.trim(); }

  /** The phone is in this state; `name` is whom it calls. */
  show(kind, name) {
    if (name) this.#part("[data-name]").textContent = name;
    if (kind === this.kind) return;
    const held = this.#root.contains(document.activeElement) || document.activeElement?.matches("[data-dial]");
    this.#root.dataset.kind = kind;
    reveal(this.#root, "when", kind);
    const state = this.#part("[data-state]");
    state.dataset.kind = KINDS[kind] ?? "info";
    state.textContent = this.#strings.state[kind];
    const busy = !["idle", "over"].includes(kind);
    for (const button of document.querySelectorAll("[data-dial]")) button.disabled = busy;
    if (held && !visible(document.activeElement)) this.#root.focus();
    if (kind === "dialling") this.said([]);
  }

  /** The keys that do something now. */
  offer(choices) {
    for (const button of this.#root.querySelectorAll("[data-key]")) {
      button.toggleAttribute("data-offered", choices.some(({ key }) => key === button.dataset.key));
    }
  }

  end(words) {
    this.show("over");
    this.place(null);
    this.offer([]);
    for (const name of ["lost", "quiet"]) this.#part(`[data-${name}]`).hidden = true;
    if (words) this.hint(words);
  }

  /** What is about to be said, each its own paragraph in its language. */
  said(parts) {
    const box = this.#part("[data-said]");
    this.#lines = new Map(parts.map((part) => {
      const line = document.createElement("p");
      Object.assign(line, { textContent: part.text, lang: part.language });
      return [part, line];
    }));
    box.replaceChildren(...this.#lines.values());
    box.scrollTop = 0;
  }

  /** This one is being said now. */
  saying(part) {
    for (const [each, line] of this.#lines) line.toggleAttribute("data-now", each === part);
    this.#lines.get(part)?.scrollIntoView({ block: "nearest" });
  }

  hint(words) {
    this.said([]);
    this.#part("[data-said]").append(Object.assign(document.createElement("p"), { className: "soft", textContent: words }));
  }

  place(position) {
    const place = this.#part("[data-place]");
    const before = position - 1;
    place.hidden = !position;
    if (position) place.textContent = this.#strings[["next", "place_one"][before] ?? "place"].replace("{n}", before);
  }

  type(key) {
    if (this.kind === "over") this.show("idle");
    const field = this.#part("#number");
    if (field.value.length < field.maxLength) field.value += key;
  }

  erase() {
    const field = this.#part("#number");
    field.value = field.value.trimEnd().slice(0, -1).trimEnd();
  }

  #part(selector) { return this.#root.querySelector(selector); }
}

const visible = (element) => element && element !== document.body && element.getClientRects().length > 0 && !element.disabled;
