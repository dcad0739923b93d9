// Saves a record as it is typed. What isn't saved yet stays in this page's memory, never on the machine's disk.
//
// One message goes out at a time and carries only the fields that changed, the revision this tab has seen, and a count,
// so that the server knows a doubled or late message. A field that somebody else wrote meanwhile comes back with both
// wordings and waits for a choice; everything else goes on being saved.

import { setValues, valuesOf } from "hark/form.js";

const PAUSE_MS = 600;
const LONGEST_MS = 3000; // somebody who never pauses is saved all the same
const ANSWER_MS = 10_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
const PREFIX = "f-";

class Keeper {
  constructor(form) {
    this.form = form;
    this.revision = Number(form.dataset.revision);
    this.tab = crypto.randomUUID();
    this.count = 0;
    this.unsent = new Set(); // names of fields that changed and aren't on their way
    this.sending = new Map(); // what is on its way
    this.undecided = new Map(); // name → what somebody else wrote
    this.tries = 0;
    this.over = false;
    this.channel = new BroadcastChannel(`record:${form.dataset.save}`);
    this.channel.onmessage = ({ data }) => data > this.revision && this.later(100, true);
    this.bound = [
      [form, "input", (event) => this.changed(event)],
      [form, "change", (event) => this.changed(event)],
      [form, "click", ({ target }) => target.closest("[data-amend]") && this.amend(target.closest("button"))],
      [form, "submit", () => this.stamp(), true],
      [form, "htmx:beforeRequest", () => (form.inert = true)],
      [form, "htmx:afterRequest", ({ detail }) => this.submitted(detail)],
      [window, "beforeunload", (event) => this.owes && event.preventDefault()],
      [window, "pagehide", () => this.farewell()],
      [window, "online", () => this.owes && this.later(0)],
      [document, "visibilitychange", () => document.hidden ? this.farewell() : this.later(0, true)],
    ];
    for (const [target, name, act, capture] of this.bound) target.addEventListener(name, act, capture);
  }

  get owes() {
    return !this.over && (this.unsent.size > 0 || this.sending.size > 0 || this.undecided.size > 0);
  }

  changed({ target }) {
    if (!target.name?.startsWith(PREFIX)) return;
    this.unsent.add(target.name);
    this.since ??= Date.now();
    this.later(Math.max(0, Math.min(PAUSE_MS, this.since + LONGEST_MS - Date.now())));
  }

  later(wait, asking = false) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(asking), wait);
  }

  value(name) {
    const values = valuesOf(this.form, name);
    return this.typeOf(name) === "choices" ? values : (values.at(-1) ?? "");
  }

  typeOf(name) {
    return this.box(name)?.dataset.type;
  }

  box(name) {
    return this.form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  }

  take() {
    for (const name of this.undecided.keys()) this.unsent.delete(name);
    const changes = new Map([...this.unsent].map((name) => [name, this.value(name)]));
    this.unsent.clear();
    this.since = null;
    return changes;
  }

  message(changes) {
    this.count += 1;
    const fields = Object.fromEntries([...changes].map(([name, value]) => [name.slice(PREFIX.length), value]));
    return {
      method: "PATCH",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ revision: this.revision, tab: this.tab, count: this.count, changes: fields }),
    };
  }

  async save(asking = false) {
    if (this.over || this.sending.size > 0 || this.leaving) return;
    this.sending = this.take();
    if (this.sending.size === 0 && !asking) return;
    if (this.sending.size > 0) this.say("saving");
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      this.answer(await fetch(this.form.dataset.save, { ...this.message(this.sending), signal }));
    } catch {
      this.retry("unsaved");
    }
  }

  async answer(response) {
    const told = response.headers.get("content-type")?.includes("json") ? await response.json() : null;
    const kept = response.ok || (response.status === 409 && told?.conflicts);
    if (!kept) {
      if (response.status === 401) return this.retry("signedOut");
      if (response.status >= 500 || response.status === 429 || !told) return this.retry("unsaved");
      const submitted = response.status === 409;
      this.form.querySelector("[data-amend]").hidden = !submitted;
      return this.retry(null, submitted ? told.title : `${this.form.dataset.refused} ${told.title}`);
    }
    const wrote = this.sending.size > 0;
    this.sending = new Map();
    this.tries = 0;
    this.revision = told.revision;
    this.form.elements.revision.value = told.revision;
    for (const [name, conflict] of Object.entries(told.conflicts ?? {})) this.disagree(PREFIX + name, conflict);
    for (const [name, value] of Object.entries(told.news ?? {})) this.hear(PREFIX + name, value);
    if (wrote) this.channel.postMessage(told.revision);
    if (this.undecided.size > 0) this.say("undecided");
    else if (wrote && this.unsent.size === 0) this.say("saved", told.saved_at);
    if (this.unsent.size > 0) this.later(PAUSE_MS);
  }

  retry(state, words) {
    for (const name of this.sending.keys()) this.unsent.add(name);
    this.sending = new Map();
    if (state) this.say(state);
    else this.tell(words, "bad");
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries);
    this.tries += 1;
    this.later(wait * (0.75 + Math.random() / 2), true);
  }

  async amend(button) {
    const response = await fetch(`${this.form.dataset.save}/amend`, { method: "POST" }).catch(() => null);
    button.hidden = Boolean(response?.ok);
    this.later(0);
  }

  // What others wrote: shown at once, unless this tab has something else to say in the same field.
  hear(name, value) {
    const values = (Array.isArray(value) ? value : [value ?? ""]).map(String).filter((one) => one !== "");
    if (!this.unsent.has(name)) setValues(this.form, name, values);
  }

  disagree(name, conflict) {
    this.undecided.set(name, conflict);
    this.box(name).querySelector(".conflict")?.remove();
    const template = this.form.parentElement.querySelector("template[data-conflict]");
    const notice = template.content.cloneNode(true).firstElementChild;
    const question = notice.querySelector("[data-who]");
    question.textContent = question.dataset.who.replace("{who}", conflict.who);
    notice.querySelector("[data-yours]").textContent = conflict.yours_said;
    notice.querySelector("[data-theirs]").textContent = conflict.theirs_said;
    notice.querySelector("[data-keep=both]").hidden = this.typeOf(name) !== "longtext";
    notice.addEventListener("click", ({ target }) => {
      const choice = target.closest("[data-keep]")?.dataset.keep;
      if (choice) this.decide(name, choice, notice);
    });
    this.box(name).append(notice);
  }

  decide(name, choice, notice) {
    const { theirs } = this.undecided.get(name);
    const said = (Array.isArray(theirs) ? theirs : [theirs ?? ""]).map(String);
    this.undecided.delete(name);
    notice.remove();
    if (choice === "both") setValues(this.form, name, [`${said[0]}\n\n${this.value(name)}`]);
    if (choice === "theirs") setValues(this.form, name, said);
    else this.unsent.add(name);
    (this.form.elements[name][0] ?? this.form.elements[name]).focus();
    this.later(0, true);
  }

  // The page is going or may be thrown away: whatever isn't answered for yet goes out in a request that outlives it.
  farewell() {
    if (this.over) return;
    const owed = new Map([...this.sending, ...this.take()]);
    if (owed.size === 0) return;
    for (const name of owed.keys()) this.unsent.add(name);
    clearTimeout(this.timer);
    fetch(this.form.dataset.save, { ...this.message(owed), keepalive: true })
      .then((response) => {
        if (!response.ok) return this.later(0);
        for (const [name, value] of owed) if (this.value(name) === value) this.unsent.delete(name);
        return null;
      })
      .catch(() => this.later(0));
  }

  stamp() {
    clearTimeout(this.timer);
    this.count += 1;
    this.form.elements.tab.value = this.tab;
    this.form.elements.count.value = this.count;
    this.leaving = true;
  }

  submitted({ xhr }) {
    this.form.inert = false;
    this.leaving = false;
    // The answer holds the whole record as the server has it now; without one, everything here is still unsent.
    if ((xhr.status >= 200 && xhr.status < 400) || xhr.status === 409 || xhr.status === 422) return this.close();
    return this.retry(xhr.status === 401 ? "signedOut" : "unsaved");
  }

  close() {
    this.over = true;
    clearTimeout(this.timer);
    this.channel.close();
    for (const [target, name, act, capture] of this.bound) target.removeEventListener(name, act, capture);
  }

  say(state, at) {
    let words = this.form.dataset[state];
    if (at) {
      const time = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      words = words.replace("{time}", time);
    }
    this.tell(words, { saved: "good", saving: "", undecided: "warn" }[state] ?? "bad");
  }

  tell(words, kind) {
    const line = this.form.querySelector("[data-state]");
    if (line.textContent !== words) line.textContent = words;
    line.dataset.kind = kind;
  }
}

const keepers = new Map();

function start(root) {
  for (const form of root.querySelectorAll("form[data-save]")) {
    if (!keepers.has(form)) keepers.set(form, new Keeper(form));
  }
}

// A record taken off the page (the next call's comes) says its last words first.
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  for (const [form, keeper] of keepers) {
    if (!target.contains(form)) continue;
    keeper.farewell();
    keeper.close();
    keepers.delete(form);
  }
});
document.addEventListener("htmx:load", ({ target }) => start(target.parentElement ?? document));
start(document);
