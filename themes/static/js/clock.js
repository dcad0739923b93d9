// Keeps running times true: `data-since` counts up, `data-until` counts down, both by the server's clock.

let behind = 0; // milliseconds that this device's clock is behind the server's

/** Take the server's time from a message that has just come. */
export function setClock(at) {
  behind = Date.parse(at) - Date.now();
}

/** Whole seconds from a moment until now; negative while it is still to come. */
export function secondsSince(moment) {
  return Math.floor((Date.now() + behind - Date.parse(moment)) / 1000);
}

/** 65 → "1:05" */
export function inMinutes(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Show a running time in an element: `mark(element, { since })` or `mark(element, { until })`; neither stops it. */
export function mark(element, { since, until }) {
  for (const [name, moment] of [["since", since], ["until", until]]) {
    if (moment) element.dataset[name] = moment;
    else delete element.dataset[name];
  }
  show(element);
}

function show(element) {
  const { since, until } = element.dataset;
  if (since) element.textContent = inMinutes(secondsSince(since));
  else if (until) element.textContent = inMinutes(-secondsSince(until));
}

setInterval(() => document.querySelectorAll("[data-since], [data-until]").forEach(show), 1000);
