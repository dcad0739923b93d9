// Says how many voice messages and call-backs wait for somebody to take them on.

export class Left {
  #list; #strings;

  constructor(root, strings) {
    this.#list = root.querySelector("[data-left]");
    this.#strings = strings.left;
  }

  /** How many of each wait; nothing is said of none. */
  show(counts = {}) {
    this.#list.hidden = !Object.values(counts).some((count) => count > 0);
    for (const item of this.#list.querySelectorAll("[data-left-of]")) {
      const what = item.dataset.leftOf;
      const count = counts[what] ?? 0;
      item.hidden = count === 0;
      const words = this.#strings[`${what}_${count === 1 ? "one" : "many"}`].replace("{n}", count);
      const link = item.querySelector("a");
      if (count && link.textContent !== words) link.textContent = words;
    }
  }
}
