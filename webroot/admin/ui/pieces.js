// Small things that most sections show: cards, facts, badges, what to say when there is nothing.

import { h, icon } from "./h.js";

/** A card with a heading. `actions`: buttons beside it. */
export const card = ({ title, actions, text }, ...content) =>
  h("section.card", null, title && h("header", null, h("h2", null, title), actions && h("div.actions", null, actions)), text && h("p.help", null, text), content);

/** A word with a colour: "good", "warn", "bad", "quiet" or "info". */
export const badge = (kind, text) => h(`span.badge.${kind}`, null, text);

/** Names and values. @param {[string, *][]} rows those whose value is null, undefined or "" are left out */
export const facts = (rows) =>
  h("dl.facts", null, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));

/** What to say where there is nothing to show. */
export const nothing = (sign, text, action) => h("div.nothing", null, icon(sign), h("p", null, text), action);

/** A button. `kind`: "primary", "danger" or "plain". */
export const button = ({ label, icon: sign, kind, act, ...rest }) =>
  h("button", { type: "button", class: kind, on: act ? { click: (event) => act(event.currentTarget) } : {}, ...rest }, sign && icon(sign), label);

/** How much of something is used: a bar with its words. */
export function meter({ label, used, size, words }) {
  const share = size ? Math.min(1, used / size) : 0;
  const level = share > 0.9 ? "bad" : share > 0.75 ? "warn" : "good";
  return h("div.meter", null, h("div", null, h("span", null, label), h("span.quiet", null, words)),
    h("div.bar", { role: "meter", "aria-label": label, "aria-valuenow": used, "aria-valuemin": 0, "aria-valuemax": size, "aria-valuetext": words }, h(`i.${level}`, { style: { width: `${share * 100}%` } })));
}

/** Calls `work` when nothing has called it for a while. */
export function settled(work, wait_ms = 250) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), wait_ms);
  };
}
