// The ways to sign in: which are offered, in which order, and where each is set up.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { link } from "../../shell/router.js";
import { fill, h, icon } from "../../ui/h.js";
import { card } from "../../ui/pieces.js";
import { setAside, settingsForm, store } from "../../ui/settings.js";
import { failed } from "../../ui/toast.js";

/** Name to icon, title and what it is. */
const METHODS = () => ({
  voucher: { icon: "ticket", title: t("Voucher"), text: t("Guests type or scan a code that you hand out.") },
  free: { icon: "wifi", title: t("Free"), text: t("One click, and guests are online for a while.") },
  email: { icon: "mail", title: t("E-mail"), text: t("Guests leave their address.") },
  mobile: { icon: "smartphone", title: t("Mobile number"), text: t("Guests get a code by text message. Each costs you money.") },
  facebook: { icon: "thumbs-up", title: "Facebook", text: t("Guests use their Facebook account.") },
  oidc: { icon: "key-round", title: t("Other accounts"), text: t("Guests use an account of a provider that you choose.") },
  radius: { icon: "server", title: "RADIUS", text: t("Guests use an account that your own server knows.") },
});

/** The same of one method, new ones too. */
export const methodOf = (name) => METHODS()[name] ?? { icon: "log-in", title: name };

/** The part of the section. */
export async function methods(page) {
  const [state, general] = await Promise.all([get("/settings", {}, page.signal), get("/settings/portal", {}, page.signal)]);
  const after = () => page.refresh();
  const form = await settingsForm(["portal"], { without: ["methods", "landing_url"], signal: page.signal, after });
  const on = general.fields.find((each) => each.key === "methods").value;
  return [
    setAside(state, after),
    card({ title: t("Ways to sign in"), text: t("Guests see those that are on, in this order.") }, new List(on, state.methods, after).element),
    card({ title: t("In general") }, form),
  ];
}

class List {
  constructor(on, all, after) {
    this.on = on;
    this.all = all;
    this.after = after;
    this.element = h("ul.lines.methods");
    this.show();
  }

  show() {
    const off = this.all.filter((name) => !this.on.includes(name));
    fill(this.element, [...this.on, ...off].map((name) => this.row(name)));
  }

  row(name) {
    const { icon: sign, title, text } = methodOf(name);
    const at = this.on.indexOf(name);
    const toggle = h("input.switch", { type: "checkbox", role: "switch", checked: at >= 0, "data-name": name, "aria-label": title });
    toggle.addEventListener("change", () => this.set(toggle.checked ? [...this.on, name] : this.on.filter((one) => one !== name), name, "input"));
    const move = (by, words, arrow) => h("button.plain.round", { type: "button", "aria-label": `${title}: ${words}`, hidden: at < 0, disabled: at + by < 0 || at + by >= this.on.length, "data-name": `${name}${by}`, on: { click: () => this.set(moved(this.on, at, by), name, `[data-name="${name}${by}"]:enabled`) } }, icon(arrow));
    return h("li", { "data-method": name }, icon(sign), h("div", null, h("a", { href: link("portal", "methods", name) }, title), text && h("small", null, text)),
      h("div.actions", null, move(-1, t("further up"), "arrow-up"), move(1, t("further down"), "arrow-down"), toggle));
  }

  async set(on, name, focus) {
    const before = this.on;
    this.on = on;
    this.element.setAttribute("aria-busy", "true");
    try {
      await store([["portal", { methods: on }]]);
    } catch (error) {
      this.on = before;
      this.refused(error, name);
    }
    this.element.removeAttribute("aria-busy");
    this.show();
    const row = this.element.querySelector(`[data-method="${name}"]`);
    (row.querySelector(focus) ?? row.querySelector("input")).focus();
  }

  // What a method cannot do without is set up on its own page: lead there.
  refused(error, name) {
    failed(error);
    if (error.field && !error.field.startsWith("portal.methods")) location.hash = link("portal", "methods", name);
  }
}

function moved(list, at, by) {
  const next = [...list];
  [next[at], next[at + by]] = [next[at + by], next[at]];
  return next;
}
