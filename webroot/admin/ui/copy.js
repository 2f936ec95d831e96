// Text to take along: a button that copies it, and a box that shows it with one. Works without TLS too, as on the trusted network,
// where browsers have no `navigator.clipboard`.

import { t } from "../shell/i18n.js";
import { h, icon } from "./h.js";
import { done, failed } from "./toast.js";

/** Put a text into the clipboard, and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!byHand(text)) return failed(t("Your browser did not allow copying. Select the text and copy it."));
  }
  return done(t("Copied."));
}

function byHand(text) {
  const before = document.activeElement;
  const area = h("textarea.unseen", { value: text, readonly: true });
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  return copied;
}

/** A button that copies. @param {string} label what is copied, for screen readers @param {() => string|Promise<string>} text */
export const copier = (label, text) => h("button.plain.round", { type: "button", "aria-label": label, title: label, on: { click: async () => copy(await text()) } }, icon("copy"));

/** A text as it is, with a button that copies it. @param {string} label what it is @param {string} text */
export const snippet = (label, text) => h("div.snippet", null, h("pre", { dir: "ltr", role: "group", "aria-label": label }, text), copier(t("Copy: {what}", { what: label }), () => text));
