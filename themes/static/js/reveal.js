// Shows the parts of a page that belong to its present state: those whose attribute names the state among others.

/** `reveal(root, "when", "queue")` shows every `[data-when~="queue"]` in `root` and hides the other `[data-when]`. */
export function reveal(root, name, state) {
  for (const part of root.querySelectorAll(`[data-${name}]`)) {
    part.hidden = !part.getAttribute(`data-${name}`).split(" ").includes(state);
  }
}
