// One key for each action: the key stands in its button's data-shortcut, so what is shown is what works.

const KEPT = "hark.single-keys"; // some people's speech input or tremor types single keys: WCAG 2.1.4 wants a switch
const ARMED_MS = 3000;

const typing = (target) =>
  target.isContentEditable || target.matches?.("textarea, select, input:not([type=radio], [type=checkbox], [type=button])");

/** Let keys press what is to be seen in `root`; `toggle` is the checkbox that allows them without Alt. */
export function shortcuts(root, toggle) {
  toggle.checked = localStorage.getItem(KEPT) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(KEPT, toggle.checked ? "on" : "off"));
  for (const button of root.querySelectorAll("[data-twice]")) button.addEventListener("blur", () => arm(button, false));

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.repeat || event.isComposing) return;
    if (!event.altKey && (!toggle.checked || typing(event.target))) return;
    // With Alt a Mac types another character, so the place on the keyboard counts as well.
    const keys = [event.key.toLowerCase(), event.code.replace(/^Key/, "").toLowerCase()];
    const found = [...root.querySelectorAll("[data-shortcut]")]
      .find((each) => keys.includes(each.dataset.shortcut) && !each.disabled && each.getClientRects().length > 0);
    if (!found) return;
    event.preventDefault();
    press(found);
  });
}

// What can't be undone wants its key twice: one stray key must not cut somebody off.
function press(button) {
  if (!("twice" in button.dataset) || button.dataset.twice === "armed") {
    arm(button, false);
    button.click();
    return;
  }
  button.focus();
  arm(button, true);
  setTimeout(() => arm(button, false), ARMED_MS);
}

function arm(button, armed) {
  if (!("twice" in button.dataset)) return;
  button.dataset.twice = armed ? "armed" : "";
  for (const words of button.querySelectorAll("[data-once]")) words.hidden = (words.dataset.once === "yes") !== armed;
}
