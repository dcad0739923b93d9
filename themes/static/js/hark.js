// What every staff page runs: htmx for partial answers, a live region for news, times that stay true.

import htmx from "htmx";

const toasts = document.getElementById("toasts");
const TOAST_MS = 8000;

/** Says one sentence to everybody looking or listening; it goes away by itself. */
export function say(words) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = words;
  toasts?.append(toast);
  setTimeout(() => toast.remove(), TOAST_MS);
}

// An error meant for programs must never be put on the page, whatever its status.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!isProblem(detail.xhr)) return;
  detail.shouldSwap = false;
  detail.isError = true;
});
document.addEventListener("htmx:sendError", () => say(toasts.dataset.offline));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const problem = isProblem(detail.xhr) ? JSON.parse(detail.xhr.responseText) : {};
  say(problem.title || toasts.dataset.failed);
});
// The server may say a sentence with any partial answer: HX-Trigger: {"hark:say": "Shift taken"}.
document.addEventListener("hark:say", ({ detail }) => say(detail.value ?? detail));

function isProblem(xhr) {
  return (xhr.getResponseHeader("content-type") || "").includes("problem+json");
}

const STEPS = [
  [60, "second"],
  [3600, "minute"],
  [86_400, "hour"],
  [7 * 86_400, "day"],
];
const ago = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function retell() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const at = STEPS.findIndex(([below]) => Math.abs(seconds) < below);
    if (at <= 0) continue;
    time.textContent = ago.format(Math.trunc(seconds / STEPS[at - 1][0]), STEPS[at][1]);
  }
}
setInterval(retell, 30_000);

// A menu made of <details> closes like a menu: by Esc, or by pressing elsewhere.
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.top-menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  const menu = document.querySelector("details.top-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

export { htmx };
