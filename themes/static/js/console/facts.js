// Says what is known of a call: its line, what was chosen, the language, how often this caller has called.

import { mark } from "../clock.js";

const languages = new Intl.DisplayNames(document.documentElement.lang, { type: "language" });

/** Fill the `[data-fact]` of a card. */
export function tell(card, call, strings) {
  const { line, choices = [], language, calls = 0, since, simulated = false, on_screen: onScreen = false } = call;
  const fact = (name) => card.querySelector(`[data-fact="${name}"]`);
  fact("line").textContent = line;
  fact("simulated").hidden = !simulated;
  fact("on-screen").hidden = !onScreen;
  fact("choices").hidden = choices.length === 0;
  fact("choices").replaceChildren(...choices.map((choice) => Object.assign(document.createElement("li"), { textContent: choice })));
  fact("language").textContent = language ? languages.of(language) : "";
  fact("calls").textContent = often(calls, strings);
  fact("calls-word").hidden = fact("calls").hidden = calls === null;
  if (fact("since")) mark(fact("since"), { since });
}

// null: this hotline doesn't know callers again.
function often(calls, strings) {
  if (calls === null) return "";
  if (calls === 0) return strings.calls_first;
  return calls === 1 ? strings.calls_one : strings.calls_many.replace("{n}", calls);
}
