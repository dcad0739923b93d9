// The keys of the phone: pressed with a finger, a mouse or the keyboard's own digits.

const DOWN_MS = 140;

/** `onkey` gets 0-9, * or #; `typing` says whether what is typed belongs to a field instead. */
export function keypad(root, onkey, typing) {
  const keys = new Map([...root.querySelectorAll("[data-key]")].map((button) => [button.dataset.key, button]));

  for (const [key, button] of keys) {
    button.addEventListener("click", () => onkey(key));
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || typing(event.target)) return;
    const button = keys.get(event.key);
    if (!button) return;
    event.preventDefault();
    button.dataset.down = "";
    setTimeout(() => delete button.dataset.down, DOWN_MS);
    onkey(event.key);
  });
}
