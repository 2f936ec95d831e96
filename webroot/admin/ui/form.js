// Forms from a list of fields: labels, hints, errors beside the field that they concern, a button that is busy while the box works.

import { fill, fresh, h, icon } from "./h.js";
import { t } from "../shell/i18n.js";

/**
 * A form.
 * @param {object} what
 * @param {object[]} what.fields each what `field` has made, or {name, label, type?, value?, help?, unit?, choices?: [{value, label, help?}], required?, ...}; type is
 *     "text" (default), any type of <input>, "select", "textarea", "switch", "checks" (several choices), "radio" or "note" (only `help`).
 *     Everything else of a field becomes an attribute of its input: autocomplete, inputmode, min, max, maxlength, pattern, rows …
 * @param {string} what.button the submitting button's words
 * @param {(values: object) => Promise<*>} what.submit gets the values by name: numbers of "number" (null when empty), booleans of
 *     "switch", lists of "checks", texts otherwise; an ApiError that it raises is shown at its field
 * @param {() => void} [what.cancel] puts a second button
 * @param {boolean} [what.danger] the button takes something away
 * @returns {HTMLFormElement} with `values()` and `fail(error)`
 */
export function form({ fields, button, submit, cancel, danger }) {
  const rows = fields.filter(Boolean).map((each) => (each.element ? each : field(each)));
  const alert = h("p.error", { role: "alert", hidden: true });
  const send = h("button.primary", { type: "submit", class: danger ? "danger" : "" }, button);
  const back = cancel && h("button", { type: "button", on: { click: cancel } }, t("Cancel"));
  const element = h("form", { novalidate: true }, rows.map((row) => row.element), alert, h("footer", null, back, send));
  element.values = () => Object.fromEntries(rows.filter((row) => row.read).map((row) => [row.name, row.read()]));
  element.fail = (error) => tell(rows, alert, error);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    sent(element, rows, alert, send, submit);
  });
  return element;
}

async function sent(element, rows, alert, send, submit) {
  alert.hidden = true;
  const wrong = rows.filter((row) => !row.check());
  if (wrong.length) return wrong[0].focus();
  if (send.disabled) return undefined;
  send.disabled = true;
  send.setAttribute("aria-busy", "true");
  try {
    await submit(element.values());
  } catch (error) {
    element.fail(error);
  } finally {
    send.disabled = false;
    send.removeAttribute("aria-busy");
  }
  return undefined;
}

function tell(rows, alert, error) {
  const row = rows.find((candidate) => candidate.name === error.field && candidate.error);
  if (row) {
    row.error(error.message);
    row.focus();
    return;
  }
  fill(alert, icon("triangle-alert"), error.message);
  alert.hidden = false;
}

/** One field as `form` shows it: {name, element, read, check, error, focus}. For forms that are laid out by hand. */
export function field(what) {
  const { type = "text" } = what;
  if (type === "note") return { element: h("p.help", null, what.help), check: () => true };
  if (type === "switch") return toggle(what);
  if (type === "checks" || type === "radio") return group(what);
  return single(what);
}

function single({ name, label, type = "text", value, help, unit, choices, ...rest }) {
  const id = fresh(name);
  const wrong = h("p.error", { id: `${id}-error`, hidden: true });
  const hint = help && h("p.help", { id: `${id}-help` }, help);
  const about = { id, name, "aria-describedby": `${hint ? hint.id : ""} ${wrong.id}`.trim(), ...rest };
  const input = control(type, about, value, choices);
  const boxed = unit ? h("div.unit", null, input, h("span", null, unit)) : input;
  const shown = type === "password" ? h("div.unit", null, input, reveal(input)) : boxed;
  const element = h("div.field", null, h("label", { for: id }, label), hint, shown, wrong);
  const error = (text) => {
    fill(wrong, icon("triangle-alert"), text);
    wrong.hidden = !text;
    input.setAttribute("aria-invalid", String(Boolean(text)));
  };
  input.addEventListener("input", () => wrong.hidden || error(""));
  return { name, element, input, error, focus: () => input.focus(), read: () => reading(input, type), check: () => checked(input, error) };
}

function control(type, about, value, choices) {
  if (type === "textarea") return h("textarea", { rows: 4, ...about, value: value ?? "" });
  if (type !== "select") return h("input", { type, ...about, ...(type === "file" ? {} : { value: value ?? "" }) });
  const options = choices.map((choice) => h("option", { value: choice.value }, choice.label));
  const select = h("select", about, options);
  select.value = value ?? choices[0]?.value ?? "";
  return select;
}

function reveal(input) {
  const button = h("button.plain.round", { type: "button", "aria-label": t("Show the password"), "aria-pressed": "false" }, icon("eye"));
  button.addEventListener("click", () => {
    const seen = input.type === "text";
    input.type = seen ? "password" : "text";
    button.setAttribute("aria-pressed", String(!seen));
  });
  return button;
}

function reading(input, type) {
  if (type === "number") return input.value === "" ? null : Number(input.value);
  if (type === "file") return input.files[0] ?? null;
  return input.value;
}

function checked(input, error) {
  const { validity } = input;
  error(validity.valid ? "" : complaint(input, validity));
  return validity.valid;
}

function complaint(input, validity) {
  if (validity.valueMissing) return t("Please fill this in.");
  if (validity.rangeUnderflow) return t("At least {least}.", { least: input.min });
  if (validity.rangeOverflow) return t("At most {most}.", { most: input.max });
  if (validity.tooShort) return t("At least {least} characters.", { least: input.minLength });
  return input.title || input.validationMessage;
}

function toggle({ name, label, value, help, ...rest }) {
  const id = fresh(name);
  const hint = help && h("p.help", { id: `${id}-help` }, help);
  const input = h("input.switch", { ...rest, type: "checkbox", role: "switch", id, name, checked: Boolean(value), "aria-describedby": hint?.id });
  const element = h("div.field.toggle", null, h("div", null, h("label", { for: id }, label), hint), input);
  return { name, element, input, read: () => input.checked, check: () => true, focus: () => input.focus() };
}

function group({ name, label, type, value, help, choices, required }) {
  const wrong = h("p.error", { id: `${fresh(name)}-error`, hidden: true });
  const kind = type === "radio" ? "radio" : "checkbox";
  const chosen = (each) => (kind === "radio" ? each === value : (value ?? []).includes(each));
  const inputs = choices.map((choice) => h("input", { type: kind, name, value: choice.value, checked: chosen(choice.value), disabled: choice.disabled }));
  const rows = choices.map((choice, index) => h("label.choice", null, inputs[index], h("span", null, choice.label, choice.help && h("small", null, choice.help))));
  const element = h("fieldset.field", { "aria-describedby": wrong.id }, h("legend", null, label), help && h("p.help", null, help), rows, wrong);
  const picked = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const error = (text) => {
    fill(wrong, icon("triangle-alert"), text);
    wrong.hidden = !text;
  };
  const check = () => {
    const fine = !required || picked().length > 0;
    error(fine ? "" : t("Please choose at least one."));
    return fine;
  };
  return { name, element, error, check, focus: () => inputs[0]?.focus(), read: () => (kind === "radio" ? picked()[0] ?? null : picked()) };
}
