// Where one answers: in this browser, on a desk phone, on one's own mobile. Only what was verified is offered.

export class Where {
  #field; #select; #strings; #until; #browserless; #leftOut = false;

  /** `onchoose` gets `{device, device_id}`; returns whether that could be sent. */
  constructor(root, strings, onchoose) {
    this.#field = root.querySelector("[data-where-field]");
    this.#select = this.#field.querySelector("select");
    this.#browserless = root.querySelector("[data-browserless]");
    this.#until = root.querySelector("[data-until-when]");
    this.#strings = strings;
    this.device = "browser";
    this.softphone = false;
    this.#select.addEventListener("change", () => {
      const { kind } = this.#select.selectedOptions[0].dataset;
      onchoose({ device: kind, device_id: kind === "browser" ? null : this.#select.value });
    });
  }

  /** `browser_left_out`: telephones ring for this hotline, and browsers can't. */
  show({ telephones = [], softphone = false, browser_left_out: leftOut = false, ...duty }) {
    this.softphone = softphone;
    this.#leftOut = leftOut;
    this.#field.hidden = telephones.length === 0;
    const browser = option("browser", "browser", this.#strings.where.browser);
    this.#select.replaceChildren(browser, ...telephones.map(({ id, kind, label }) => option(id, kind, label || this.#strings.where[kind])));
    this.chosen(duty);
  }

  chosen({ device = "browser", device_id: id, until }) {
    this.device = device;
    if (this.#browserless) this.#browserless.hidden = !this.#leftOut || device !== "browser";
    this.#select.value = device === "browser" ? "browser" : id;
    if (this.#until) this.#until.textContent = until ? hour.format(new Date(until)) : "";
  }
}

const hour = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function option(value, kind, words) {
  const made = new Option(words, value);
  made.dataset.kind = kind;
  return made;
}
