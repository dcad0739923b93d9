// The incoming card: rings, says who waits for what, counts the lease down.

import { secondsSince } from "../clock.js";
import { Alerts } from "./alerts.js";
import { tell } from "./facts.js";
import { Ringer } from "./ringer.js";

export class OfferCard {
  #card; #strings; #announce; #shown = null; #counting = 0;

  constructor(root, strings) {
    this.#card = root.querySelector("#offer");
    this.#strings = strings;
    this.#announce = root.querySelector("[data-announce]");
    this.alerts = new Alerts();
    this.ringer = new Ringer("hark-ring");
  }

  /** The offer that is on, or null; `silently` where a telephone rings for it already. */
  show(offer, silently = false) {
    if (offer?.offer_id === this.#shown?.offer_id) return;
    this.#shown = offer;
    clearInterval(this.#counting);
    if (!offer) {
      this.ringer.stop();
      this.alerts.clear();
      this.#announce.textContent = "";
      return;
    }
    tell(this.#card, offer, this.#strings);
    const handover = this.#card.querySelector('[data-fact="handover"]');
    handover.hidden = !offer.handover;
    if (offer.handover) {
      const { from, consult } = offer.handover;
      handover.textContent = this.#strings[consult ? "asked_by" : "handed_by"].replace("{name}", from);
    }
    this.busy(false);
    this.#count(offer.until);
    if (!silently) this.ringer.start();
    this.alerts.show(this.#strings.incoming, offer.line);
    this.#announce.textContent = [this.#strings.incoming, offer.line, ...(offer.choices ?? [])].join(", ");
  }

  /** Pressed, and the answer is on its way. */
  busy(busy) {
    for (const button of this.#card.querySelectorAll("button")) button.disabled = busy;
    this.#card.querySelector('[data-do="accept"]').classList.toggle("working", busy);
    if (busy) this.ringer.stop();
  }

  #count(until) {
    const lease = this.#card.querySelector("[data-lease]");
    lease.max = Math.max(1, -secondsSince(until));
    const tick = () => { lease.value = Math.max(0, -secondsSince(until)); };
    tick();
    this.#counting = setInterval(tick, 1000);
  }
}
