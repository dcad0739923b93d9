// The donation page comes to life: what will be paid stands on the button, the ticket is reckoned for while one reads,
// the address can be shared, and a thank-you that isn't settled asks again. Without all this the page works as well.

const form = document.querySelector("[data-giving]");
const REST_MS = 4000;
const LONGEST_MS = 25_000;

function minorDigits(currency) {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

/** The chosen amount in minor units; NaN while there is none that we can read. */
function chosen() {
  const { amount, own } = form.elements;
  if (amount.value !== "own") return Number(amount.value || NaN);
  const typed = own.value.normalize("NFKC").replace(/[^\d.,]/g, "");
  const plain = /^\d{1,3}([.,]\d{3})+$/.test(typed) ? typed.replace(/[.,]/g, "") : typed.replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 10 ** minorDigits(form.dataset.currency)) : NaN;
}

function cost(minor) {
  const { feePoints, feeMinor } = form.dataset;
  return Math.ceil((minor * feePoints + feeMinor * 10_000) / (10_000 - feePoints));
}

function said(minor) {
  const { currency, language } = form.dataset;
  const amount = minor / 10 ** minorDigits(currency);
  const digits = Number.isInteger(amount) ? { minimumFractionDigits: 0 } : {};
  return new Intl.NumberFormat(language, { style: "currency", currency, ...digits }).format(amount);
}

function retell() {
  const minor = chosen();
  const button = form.querySelector("[data-give]");
  const words = form.elements.rhythm?.value === "monthly" ? button.dataset.monthly : button.dataset.words;
  const help = form.querySelector("[data-cover]");
  if (!Number.isFinite(minor) || minor <= 0) {
    button.querySelector("span").textContent = words.replace(/ ?\{amount\}/, "").trim();
    return;
  }
  const added = cost(minor);
  if (help) help.textContent = `+ ${said(added)}`;
  const total = minor + (form.elements.cover?.checked ? added : 0);
  button.querySelector("span").textContent = words.replace("{amount}", said(total));
}

/** Resolves once the ticket is reckoned for, or when it has taken so long that the slower way is quicker. */
function reckoned() {
  if (form.elements.proof.value || !globalThis.crypto?.subtle) return Promise.resolve();
  return new Promise((done) => {
    const worker = new Worker(new URL("ticket.js", import.meta.url), { type: "module" });
    setTimeout(done, LONGEST_MS);
    worker.addEventListener("error", done);
    worker.addEventListener("message", ({ data }) => {
      form.elements.proof.value = data;
      worker.terminate();
      done();
    });
    worker.postMessage(form.elements.ticket.value);
  });
}

if (form) {
  const ready = reckoned();
  let sent = false;
  form.addEventListener("input", ({ target }) => {
    if (target.name === "own") form.querySelector("[name=amount][value=own]").checked = true;
    if (target.name === "amount" && target.value !== "own") form.elements.own.value = "";
    retell();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return; // pressed twice
    sent = true;
    const button = form.querySelector("[data-give]");
    button.ariaDisabled = "true";
    button.querySelector("span").textContent = button.dataset.busy;
    await ready;
    form.submit();
  });
  // The page as a browser kept it, come back to from the page for paying: its button works again.
  addEventListener("pageshow", () => {
    sent = false;
    form.querySelector("[data-give]").ariaDisabled = null;
    retell();
  });
}

const share = document.querySelector("[data-share]");
if (share) {
  const address = share.querySelector("input").value;
  share.querySelector("[data-share-ways]").hidden = false;
  const own = share.querySelector("[data-do=share]");
  own.hidden = !navigator.share;
  own.addEventListener("click", () => navigator.share({ url: address, title: share.dataset.title }).catch(() => {}));
  const copy = share.querySelector("[data-do=copy]");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address);
    copy.querySelector("span").textContent = copy.dataset.done;
  });
}

async function ask() {
  const state = document.getElementById("state");
  if (!state?.dataset.ask) return;
  try {
    const answer = await fetch(state.dataset.ask);
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("state");
      if (fresh.dataset.state !== state.dataset.state) state.replaceWith(fresh);
    }
  } catch {
    // Without a connection there is nothing new to say.
  }
  setTimeout(ask, REST_MS);
}
setTimeout(ask, REST_MS);
