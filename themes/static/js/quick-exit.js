// Lets somebody leave a hotline's page at once and leaves no page of it behind the back button.

const DOUBLE_PRESS_MS = 2000;
const button = document.querySelector("[data-quick-exit]");
let firstPress = -Infinity;

export function leave() {
  document.dispatchEvent(new CustomEvent("hark:exit"));
  document.documentElement.hidden = true;
  document.body.replaceChildren();
  document.title = " ";
  try {
    sessionStorage.clear();
  } catch {
    // Storage can be switched off; leaving must not depend on it.
  }
  location.replace(button.href);
}

// The hotline takes one place in the history however far somebody walks in it, so that place is all there
// is to replace on the way out: links replace it, forms are sent from within it.
function walkInPlace(event) {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const there = new URL(link.href);
  if (there.origin !== location.origin) return;
  if (there.hash && there.pathname === location.pathname && there.search === location.search) {
    event.preventDefault();
    history.replaceState(history.state, "", there);
    const target = document.getElementById(decodeURIComponent(there.hash.slice(1)));
    target?.scrollIntoView();
    target?.focus();
    return;
  }
  event.preventDefault();
  location.replace(there);
}

async function submitInPlace(event) {
  const form = event.target;
  if (event.defaultPrevented || form.target) return;
  const set = (name) => event.submitter?.getAttribute(`form${name}`) || form.getAttribute(name) || "";
  const there = new URL(set("action") || location.href, document.baseURI);
  if (there.origin !== location.origin) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (set("method").toLowerCase() !== "post") {
    there.search = new URLSearchParams(data).toString();
    location.replace(there);
    return;
  }
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    const body = set("enctype") === "multipart/form-data" ? data : new URLSearchParams(data);
    const answer = await fetch(there, { method: "POST", body, headers: { accept: "text/html" } });
    if (answer.redirected) location.replace(answer.url);
    else show(await answer.text());
  } catch {
    complain(form);
  } finally {
    form.ariaBusy = null;
  }
}

function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const main = answer.querySelector("main");
  document.title = answer.title;
  document.querySelector("main").replaceWith(main);
  scrollTo(0, 0);
  (main.querySelector("#errors") ?? main).focus();
}

function complain(form) {
  form.querySelector("[data-unsent]")?.remove();
  const words = document.createElement("p");
  words.className = "error";
  words.role = "alert";
  words.dataset.unsent = "";
  words.textContent = button.dataset.unsent;
  form.append(words);
}

function pressed(event) {
  if (event.key !== "Escape" || event.repeat) return;
  if (event.timeStamp - firstPress < DOUBLE_PRESS_MS) leave();
  firstPress = event.timeStamp;
  const live = document.getElementById("quick-exit-hint");
  if (live) live.textContent = live.dataset.again;
}

if (button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", pressed, true);
  addEventListener("click", walkInPlace);
  addEventListener("submit", submitInPlace);
  // A page kept by the browser for "back" would show itself again without asking the server.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
