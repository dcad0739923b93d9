// Where one answers: in this browser, on a desk phone, on one's own mobile. Only what was verified is offered.

export class Where {
  #field; #select; #strings; #until;

  /** `onchoose` gets `{device, device_id}`; returns whether that could be sent. */
  constructor(root, strings, onchoose) {
    this.#field = root.querySelector("[data-where-field]");
    this.#select = this.#field.querySelector("select");
    this.#until = root.querySelector("[data-until-when]");
    this.#strings = strings;
    this.device = "browser";
    this.softphone = false;
    this.#select.addEventListener("change", () => {
      const { kind } = this.#select.selectedOptions[0].dataset;
      onchoose({ device: kind, device_id: kind === "browser" ? null : this.#select.value });
    });
  }

  show({ telephones = [], softphone = false, ...duty }) {
    this.softphone = softphone;
    this.#field.hidden = telephones.length === 0;
    const browser = option("browser", "browser", this.#strings.where.browser);
    this.#select.replaceChildren(browser, ...telephones.map(({ id, kind, label }) => option(id, kind, label || this.#strings.where[kind])));
    this.chosen(duty);
  }

  chosen({ device = "browser", device_id: id, until }) {
    this.device = device;
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
