// Settings as forms: made from what the box tells of them, with names for people from `words`. What the box has to start anew with is
// waited for.

import { get, post } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { amount } from "./amount.js";
import { formDialog } from "./dialog.js";
import { field, form } from "./form.js";
import { fill, h, icon } from "./h.js";
import { fold } from "./more.js";
import { button, nothing } from "./pieces.js";
import { done, failed } from "./toast.js";
import { CHOICES, FOLDED, choiceOf, nameOf } from "./words.js";

const LOOK_MS = 700;
const WAIT_MS = 45_000;

/** Store settings of several sections, in this order, and wait until the box runs with them. @param {[string, object][]} changes */
export async function store(changes) {
  let told = { applying: false };
  for (const [section, values] of changes) {
    if (Object.keys(values).length) told = await post(`/settings/${section}`, { changes: values });
    if (told.applying) told = await applied();
  }
  return told;
}

async function applied() {
  done(t("The box is starting with the new settings. Guests stay online."));
  const until = Date.now() + WAIT_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const state = await get("/settings").catch((error) => {
      if ((error.status && error.status < 500) || Date.now() > until) throw error;
    });
    if (state?.failed) throw new Error(t("The box did not start with this and went back: {message}", state.failed));
    if (state && !state.applying) return state;
  }
}

/** What to say when settings were set aside; null when all is well. @param {object} state GET /settings @param {() => void} after */
export function setAside({ failed: failure }, after) {
  if (!failure) return null;
  const dismiss = () => post("/settings/failed/dismiss").then(after, failed);
  return h("div.notice.bad", { role: "alert" }, icon("triangle-alert"), h("p", null, t("Some settings did not work and were set aside: {message}", failure)), button({ label: t("Dismiss"), act: dismiss }));
}

/**
 * A form of one or more sections.
 * @param {string[]} sections their names
 * @param {{without?: string[], first?: string[], order?: string[], choices?: object, signal?: AbortSignal, after?: () => void}} how `without`:
 *     keys that are set elsewhere; `first`: names that come first; `order`: in which sections are stored; `choices`: name to [{value, label}]
 * @returns {Promise<HTMLFormElement>}
 */
export async function settingsForm(sections, { without = [], first = [], order = sections, choices = {}, signal, after } = {}) {
  const told = await Promise.all(sections.map((section) => get(`/settings/${section}`, {}, signal)));
  const all = told.flatMap(({ name, fields }) => fields.filter((each) => each.type !== "tables").map((each) => ({ ...each, section: name, name: `${name}.${each.key}` })));
  const rank = ({ name }) => (first.includes(name) ? first.indexOf(name) : first.length);
  const shown = all.filter((each) => !without.includes(each.key)).sort((one, other) => rank(one) - rank(other));
  const rows = shown.map((each) => (choices[each.name] ? chosen(each, choices[each.name]) : control(each)));
  const save = (changed) => store(order.map((section) => [section, changed[section] ?? {}]));
  const made = form({
    fields: rows,
    button: t("Save"),
    submit: async () => {
      await told_at_field(() => save(changesOf(shown, rows)));
      done(t("Saved."));
      after?.();
    },
  });
  made.classList.add("settings");
  fold(made, shown.filter((each) => FOLDED.test(each.name)).map((each) => each.name));
  if (shown.some((each) => each.source === "page")) made.lastElementChild.prepend(usual(shown, save, after));
  return made;
}

function chosen(each, choices) {
  const [label, help] = nameOf(each);
  return field({ name: each.name, label, help, type: each.type === "texts" ? "checks" : "select", value: each.value, choices });
}

function usual(shown, save, after) {
  const reset = () => {
    const changes = {};
    for (const each of shown.filter(({ source }) => source === "page")) (changes[each.section] ??= {})[each.key] = null;
    return save(changes).then(() => (done(t("Saved.")), after?.()), failed);
  };
  return button({ label: t("Back to the defaults"), icon: "rotate-ccw", kind: "plain", act: reset });
}

// "radius.servers[0]" is told at the field radius.servers.
async function told_at_field(work) {
  try {
    return await work();
  } catch (error) {
    error.field = error.field?.replace(/\[.*/, "");
    throw error;
  }
}

function changesOf(shown, rows) {
  const changes = {};
  shown.forEach((each, at) => {
    const now = rows[at].read();
    if (now === undefined || JSON.stringify(now) === JSON.stringify(each.value)) return;
    (changes[each.section] ??= {})[each.key] = now;
  });
  return changes;
}

/** A field for `form` of what the box tells of a setting. */
export function control(each) {
  const { name, type, value, secret, choices } = each;
  const [label, help, rest] = nameOf(each);
  const common = { name, label, help, autocomplete: "off", ...rest };
  if (secret) return hidden(each, common);
  if (type === "boolean") return field({ name, label, help, type: "switch", value });
  if (type === "integer") return numeric(each, common);
  if (type === "texts") return lines({ ...common, value });
  if (choices.length) return field({ ...common, type: "select", value, choices: choices.map((one) => ({ value: one, label: choiceOf(name, one) })) });
  const row = field({ ...common, value: value ?? "", required: each.required });
  if (type !== "address") return row;
  return { ...row, read: () => row.input.value.trim() || null };
}

function numeric(each, common) {
  const [, of] = /_(s|mb|kbit)$/.exec(each.key) ?? [];
  const { value, least, most } = each;
  if (of) return amount({ ...common, of, value, least: least || undefined, most, none: least === 0 && (CHOICES.none[each.key]?.() ?? t("No limit")) });
  return field({ ...common, type: "number", inputmode: "numeric", min: least, max: most, value, required: true });
}

function hidden({ value, type }, common) {
  const row = field({ ...common, type: type === "texts" ? "textarea" : "password", autocomplete: "new-password", help: value?.set ? t("Stored, and never shown. Leave this empty to keep it.") : common.help });
  return { ...row, read: () => (row.input.value ? (type === "texts" ? split(row.input.value) : row.input.value) : undefined) };
}

function lines({ value, ...common }) {
  const row = field({ rows: 2, ...common, type: "textarea", value: (value ?? []).join("\n"), help: common.help ?? t("One in each line.") });
  return { ...row, read: () => split(row.input.value) };
}

const split = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/**
 * A list of tables (static leases, providers of accounts): shown by row, changed in a dialog, stored as a whole.
 * @param {{fields: object[], rows: object[], title: (row: object) => *, add: string, empty: string, section: string, store: (rows: object[]) => Promise<*>}} what
 */
export function rowsEditor({ fields, rows, title, add, empty, section, store: keep }) {
  const box = h("div.rows");
  const save = async (next) => {
    await keep(next);
    rows = next;
    show();
    done(t("Saved."));
  };
  const edit = (row) =>
    formDialog({
      title: row ? t("Change") : add,
      button: t("Save"),
      fields: fields.map((each) => ({ ...control({ ...each, section, name: `${section}.${each.key}`, value: row ? row[each.key] : each.default }), key: each.key })),
      submit: (values) => {
        const next = { ...row };
        for (const each of fields) if (values[`${section}.${each.key}`] !== undefined) next[each.key] = values[`${section}.${each.key}`];
        return located(section, () => save(row ? rows.map((other) => (other === row ? next : other)) : [...rows, next]));
      },
    });
  const line = (row) =>
    h("li", null, h("div", null, title(row)), h("div.actions", null,
      h("button.plain.round", { type: "button", "aria-label": t("Change"), on: { click: () => edit(row) } }, icon("pencil")),
      h("button.plain.round.danger", { type: "button", "aria-label": t("Remove"), on: { click: () => save(rows.filter((other) => other !== row)).catch(failed) } }, icon("trash-2"))));
  const show = () => fill(box, rows.length ? h("ul.lines", null, rows.map(line)) : nothing("inbox", empty), button({ label: add, icon: "plus", act: () => edit() }));
  show();
  return box;
}

// "oidc[1].name" is told at the field oidc.name.
async function located(section, work) {
  try {
    return await work();
  } catch (error) {
    error.field = error.field && `${section}.${error.field.split(".").at(-1)}`;
    throw error;
  }
}
