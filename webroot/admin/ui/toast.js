// Short messages at the edge of the screen, read out by screen readers: what was done, or why it was not.

import { h, icon } from "./h.js";
import { t } from "../shell/i18n.js";

const SHOWN_MS = 6000;
const MOST = 4;

/** The region that they appear in; `main.js` puts it on the page once. */
export const toasts = h("div.toasts", { role: "status", "aria-live": "polite" });

/** Say that something was done. `undo`: {label, act} puts a button beside it. */
export const done = (text, undo) => show("good", "circle-check", text, undo);

/** Say why something did not work. @param {Error|string} error */
export const failed = (error) => error?.name !== "AbortError" && show("bad", "triangle-alert", error.message ?? error);

function show(kind, sign, text, undo) {
  const toast = h(`div.toast.${kind}`, null, icon(sign), h("p", null, text));
  const gone = () => toast.remove();
  if (undo) toast.append(h("button.plain", { on: { click: () => (gone(), undo.act()) } }, undo.label));
  toast.append(h("button.plain.round", { "aria-label": t("Close"), on: { click: gone } }, icon("x")));
  // An open dialog covers everything else, so the region moves into it for the time.
  (document.querySelector("dialog[open]") ?? document.body).append(toasts);
  toasts.append(toast);
  while (toasts.childElementCount > MOST) toasts.firstElementChild.remove();
  let timer = setTimeout(gone, SHOWN_MS);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => (timer = setTimeout(gone, SHOWN_MS)));
}

/** Do some work for a button: it is busy meanwhile, and a refusal is said in a toast. Returns what the work returns, or undefined. */
export async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    return await work();
  } catch (error) {
    failed(error);
    return undefined;
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}
