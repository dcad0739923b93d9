// Calls somebody back to this tab: a desktop notification and a title that changes, both silent about the caller.

const FLASH_MS = 1200;

export class Alerts {
  #title = document.title; #flashing = 0; #note = null;

  /** Call it from a click; browsers ask only then. */
  ask() {
    if (globalThis.Notification?.permission === "default") Notification.requestPermission();
  }

  show(words, detail) {
    this.clear();
    this.#flashing = setInterval(() => {
      document.title = document.title === this.#title ? `● ${words}` : this.#title;
    }, FLASH_MS);
    document.title = `● ${words}`;
    if (!document.hidden || globalThis.Notification?.permission !== "granted") return;
    this.#note = new Notification(words, { body: detail, tag: "hark-offer", requireInteraction: true, silent: true });
    this.#note.onclick = () => {
      globalThis.focus();
      this.#note?.close();
    };
  }

  clear() {
    clearInterval(this.#flashing);
    document.title = this.#title;
    this.#note?.close();
    this.#note = null;
  }
}
