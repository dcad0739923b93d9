// Brings fields of a record into view when the answers before them ask for it, and takes an answer back.

const QUIET = "hark:restored"; // an answer set by us, not typed

/** The values that are chosen or written in a field of this form, as strings. */
export function valuesOf(form, name) {
  const found = form.elements[name];
  if (!found) return [];
  const controls = found instanceof RadioNodeList ? [...found] : [found];
  return controls
    .filter((control) => !["radio", "checkbox"].includes(control.type) || control.checked)
    .map((control) => control.value)
    .filter((value) => value !== "");
}

/** Put values into a field, as if they had always been there. */
export function setValues(form, name, values) {
  const found = form.elements[name];
  if (!found) return;
  for (const control of found instanceof RadioNodeList ? [...found] : [found]) {
    if (["radio", "checkbox"].includes(control.type)) control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
  form.dispatchEvent(new CustomEvent(QUIET));
}

// In the order of the page: what is out of view answers nothing, so what waits for it stays out of view too.
function show(form) {
  const hidden = new Set();
  for (const field of form.querySelectorAll("[data-field]")) {
    const { waitsFor, wanted, field: name } = field.dataset;
    if (waitsFor) {
      const given = hidden.has(waitsFor) ? [] : valuesOf(form, waitsFor);
      field.hidden = !given.some((value) => JSON.parse(wanted).includes(value));
    }
    if (field.hidden) hidden.add(name);
    const clear = field.querySelector("[data-clear]");
    if (clear) clear.hidden = valuesOf(form, name).length === 0;
  }
}

function start(root) {
  for (const form of root.querySelectorAll("form[data-save]:not([data-shows])")) {
    form.dataset.shows = "";
    form.addEventListener("change", () => show(form));
    form.addEventListener(QUIET, () => show(form));
    form.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-clear]")?.dataset.clear;
      if (!name) return;
      setValues(form, name, []);
      form.elements[name][0].dispatchEvent(new Event("change", { bubbles: true }));
      form.elements[name][0].focus();
    });
    show(form);
  }
}

start(document);
document.addEventListener("htmx:load", ({ target }) => start(target.parentElement ?? document));
