// Shows what the caller is being told: one part at a time, its words read out, its choices as large buttons.

import { reveal } from "../reveal.js";

export class Screens {
  #root; #strings; #words; #choices; #links; #onkey;

  constructor(root, strings, onkey) {
    this.#root = root;
    this.#strings = strings;
    this.#onkey = onkey;
    this.#words = root.querySelector("[data-words]");
    this.#choices = root.querySelector("[data-choices]");
    this.#links = root.querySelector("[data-links]");
    this.#choices.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    addEventListener("keydown", (event) => this.#typed(event));
  }

  get kind() { return this.#root.dataset.kind; }

  /** Take a `screen` message of the server, or one of the page's own states by its name. */
  show({ kind, text, choices = [], links = [], position, ask = [], language }) {
    const moved = kind !== this.kind;
    this.#root.dataset.kind = kind;
    reveal(this.#root, "when", kind);
    for (const part of this.#root.querySelectorAll("[data-ask]")) part.hidden = !ask.includes(part.dataset.ask);
    if (language) this.#words.lang = language;
    write(this.#words, text || this.#strings[kind] || "");
    write(this.#root.querySelector("[data-place]"), this.#place(position));
    this.#fill(this.#links, "link", links, (item, { label, url }) => {
      Object.assign(item.querySelector("a"), { href: url, textContent: label, target: "_blank", rel: "noreferrer noopener" });
    });
    this.#fill(this.#choices, "choice", choices, (item, { key, label }) => {
      item.querySelector("button").dataset.key = key;
      item.querySelector("kbd").textContent = key;
      item.querySelector("span").textContent = label;
    });
    if (moved) this.#keepFocus();
  }

  /** The socket is back: what was pressed may not have arrived, so it may be pressed again. */
  unlock() {
    for (const button of this.#choices.children) button.disabled = false;
  }

  #place(position) {
    if (!position) return "";
    const before = position - 1;
    const words = ["next", "place_one"][before] ?? "place";
    return this.#strings[words].replace("{n}", before);
  }

  #fill(list, template, items, dress) {
    list.hidden = items.length === 0;
    list.replaceChildren(...items.map((item) => {
      const copy = document.getElementById(template).content.cloneNode(true);
      dress(copy, item);
      return copy;
    }));
  }

  #press(button) {
    if (!button || button.disabled || !this.#onkey(button.dataset.key)) return;
    for (const each of this.#choices.children) each.disabled = true;
    button.classList.add("working");
  }

  #typed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, audio")) return;
    const button = [...this.#choices.children].find(({ dataset }) => dataset.key === event.key);
    if (button) this.#press(button);
  }

  // Words are read out by themselves; focus moves only when what had it is gone, to where one would go on.
  #keepFocus() {
    const held = document.activeElement;
    if (held && held !== document.body && held.isConnected && held.getClientRects().length > 0) return;
    const first = this.#choices.querySelector("button") ?? this.#root;
    first.focus({ preventScroll: true });
  }
}

// Saying the same words again would have a screen reader repeat them.
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
