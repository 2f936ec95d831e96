// A button that opens a list of actions. Arrow keys move, Escape closes; where it does not fit below, it opens above.

import { fresh, h, icon } from "./h.js";

/**
 * @param {{label: string, icon?: string, text?: string, items: () => (object|null)[]}} what `label` is read out; `text` is shown, or
 *     else only the icon; items: {label, icon?, act, danger?} or {label, icon?, href}; null draws a line
 */
export function menu({ label, icon: sign = "ellipsis-vertical", text, items }) {
  const id = fresh("menu");
  const button = h("button", { type: "button", class: text ? "" : "plain round", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id, "aria-label": text ? null : label, title: text ? null : label }, icon(sign), text);
  const list = h("div.menu", { id, role: "menu", "aria-label": label, popover: "auto" });
  button.addEventListener("click", () => open(button, list, items()));
  list.addEventListener("toggle", (event) => button.setAttribute("aria-expanded", String(event.newState === "open")));
  list.addEventListener("keydown", (event) => moved(event, list));
  return h("div.menu-holder", null, button, list);
}

function open(button, list, items) {
  list.replaceChildren(...items.filter((item) => item !== false).map((item) => (item ? entry(item, list, button) : h("hr"))));
  list.showPopover();
  const place = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const rtl = document.documentElement.dir === "rtl";
  const left = rtl ? place.left : place.right - width;
  const below = place.bottom + height + 8 < innerHeight;
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  list.style.top = `${below ? place.bottom + 4 : Math.max(8, place.top - height - 4)}px`;
  list.querySelector("[role=menuitem]")?.focus();
}

function entry(item, list, button) {
  const sign = item.icon && icon(item.icon);
  if (item.href) return h("a", { role: "menuitem", href: item.href, on: { click: () => list.hidePopover() } }, sign, item.label);
  const act = () => {
    list.hidePopover();
    button.focus();
    item.act();
  };
  return h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", on: { click: act } }, sign, item.label);
}

function moved(event, list) {
  const items = [...list.querySelectorAll("[role=menuitem]")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}
