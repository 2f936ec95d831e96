// The page editor: how the portal looks and what it says, beside a preview that follows while one types. Nothing is public until it is
// published; then it is at once.

import { get, post } from "../../shell/api.js";
import { LANGUAGES, language, t } from "../../shell/i18n.js";
import { field } from "../../ui/form.js";
import { fill, h, icon } from "../../ui/h.js";
import { button, card } from "../../ui/pieces.js";
import { busy, done } from "../../ui/toast.js";
import { colours } from "./colours.js";
import { pictures } from "./pictures.js";
import { Preview } from "./preview.js";

/** The part of the section. */
export async function editor(page) {
  const box = h("div.editing");
  const show = async (network) => fill(box, new Editor(await get("/portal/page", { network }, page.signal), page, show).element);
  await show("");
  return box;
}

class Editor {
  constructor(told, page, show) {
    this.told = told;
    this.brand = structuredClone(told.page);
    this.speaks = told.languages.some(({ code }) => code === language()) ? language() : told.languages[0].code;
    this.preview = new Preview(told, page.signal, () => this.brand);
    this.fields = {};
    this.state = h("p", { role: "status" });
    this.publish = button({ label: t("Publish"), icon: "check", kind: "primary", act: (pressed) => busy(pressed, () => this.save()) });
    this.discard = button({ label: t("Discard"), act: () => show(told.network) });
    this.bar = h("div.save-bar", null, this.state, h("div.actions", null, this.discard, this.publish));
    const cards = h("div.edits", null, this.where(show), this.looks(), this.texts(), this.onward(), this.advert());
    const look = h("div.look", null, this.preview.element);
    this.element = h("div.editor", null, this.turn(), h("div.both", null, cards, look), this.bar);
    addEventListener("beforeunload", (event) => this.element.isConnected && this.changed() && event.preventDefault(), { signal: page.signal });
    this.say();
    this.preview.soon(0);
  }

  changed() {
    return JSON.stringify(this.brand) !== JSON.stringify(this.told.page);
  }

  // Every change comes through here.
  set(name, value) {
    const [outer, inner] = name.split(".");
    if (inner) this.brand[outer] = { ...this.brand[outer], [inner]: value };
    else this.brand[outer] = value;
    this.say();
    this.preview.soon();
  }

  say() {
    const changed = this.changed();
    if (changed === !this.bar.hidden) return;
    this.bar.hidden = !changed;
    fill(this.state, changed && t("Not published yet"));
  }

  async save() {
    try {
      this.told = await post("/portal/page", { network: this.told.network, page: this.brand });
    } catch (error) {
      const [outer, inner] = error.field.split(".");
      if (inner in LANGUAGES) this.speak(inner);
      const row = this.fields[error.field] ?? this.fields[outer];
      if (!row?.error) throw error;
      this.element.classList.remove("looking");
      row.error(error.message);
      return row.focus();
    }
    this.brand = structuredClone(this.told.page);
    this.say();
    return done(t("Published. Guests see it from now on."));
  }

  // On a narrow screen it is either the fields or the preview.
  turn() {
    const choose = (looking) => (event) => {
      this.element.classList.toggle("looking", looking);
      for (const each of event.currentTarget.parentNode.children) each.setAttribute("aria-pressed", String(each === event.currentTarget));
    };
    return h("div.segments.turn", { role: "group", "aria-label": t("Edit or look") }, h("button", { type: "button", "aria-pressed": "true", on: { click: choose(false) } }, icon("pencil"), t("Edit")), h("button", { type: "button", "aria-pressed": "false", on: { click: choose(true) } }, icon("eye"), t("Look")));
  }

  where(show) {
    const { networks, network } = this.told;
    if (networks.length < 2) return null;
    const choices = [{ value: "", label: t("All networks") }, ...networks.map(({ name, title }) => ({ value: name, label: title || name }))];
    const row = field({ name: "network", label: t("The page of"), type: "select", value: network, choices, help: network && t("What is empty here is as on the page of all networks.") });
    row.input.addEventListener("change", () => show(row.input.value));
    return card({}, row.element);
  }

  looks() {
    return card({ title: t("Looks") },
      pictures({ kind: "logo", label: t("Logo"), told: this.told, value: this.brand.logo, set: (id) => this.set("logo", id) }),
      pictures({ kind: "background", label: t("Background picture"), told: this.told, value: this.brand.background, set: (id) => this.set("background", id) }),
      colours(this.brand, (name, value) => this.set(name, value)));
  }

  texts() {
    const { limits, inherited } = this.told;
    const body = h("div.texts");
    const switches = h("div.segments", { role: "group", "aria-label": t("Language of the texts") });
    this.speak = (code) => {
      this.speaks = code;
      const { rtl } = this.told.languages.find((each) => each.code === code);
      const text = (name, label, help, rows) => {
        const row = field({ name: `${name}.${code}`, label, help, type: "textarea", rows, value: this.brand[name][code], maxlength: limits[name], placeholder: inherited?.[name][code], lang: code, dir: rtl ? "rtl" : "ltr" });
        row.input.addEventListener("input", () => {
          const { [code]: _, ...others } = this.brand[name];
          this.set(name, row.input.value.trim() ? { ...others, [code]: row.input.value } : others);
        });
        this.fields[`${name}.${code}`] = this.fields[name] = row;
        return row.element;
      };
      fill(switches, this.told.languages.map((each) => h("button", { type: "button", "aria-pressed": String(each.code === code), lang: each.code, on: { click: () => this.speak(each.code) } }, each.name, this.brand.welcome[each.code] && icon("check", t("has a text")))));
      fill(body, text("welcome", t("Welcome"), t("Above the sign-in. A blank line begins a paragraph."), 4), text("terms", t("Terms of use"), t("On a page of their own."), 6));
      this.preview.speak(code);
    };
    this.speak(this.speaks);
    const must = field({ name: "must_accept", label: t("Guests must accept the terms"), type: "switch", value: this.brand.must_accept });
    must.input.addEventListener("change", () => this.set("must_accept", must.input.checked));
    return card({ title: t("Texts"), text: t("Guests read the text in their language, else the English one.") }, switches, body, must.element);
  }

  line(name, what, now) {
    const row = field({ name, autocomplete: "off", ...what, value: now });
    row.input.addEventListener("input", () => this.set(name, row.input.value.trim()));
    this.fields[name] = row;
    return row.element;
  }

  onward() {
    return card({ title: t("After sign-in") },
      this.line("landing_url", { label: t("Guests go to"), type: "url", placeholder: this.told.inherited?.landing_url || "https://", help: t("Your site or menu. Empty: a page that shows the time and data left."), maxlength: this.told.limits.url }, this.brand.landing_url));
  }

  advert() {
    const { advert } = this.brand;
    return card({ title: t("Advert"), text: t("A picture below the sign-in, such as today's special.") },
      pictures({ kind: "advert", label: t("Picture"), told: this.told, value: advert.image, set: (id) => this.set("advert.image", id) }),
      this.line("advert.alt", { label: t("What it shows"), help: t("Read to guests who cannot see it."), maxlength: this.told.limits.alt }, advert.alt),
      this.line("advert.link", { label: t("It leads to"), type: "url", placeholder: "https://", help: t("Before sign-in it opens only if the site is among the open ones."), maxlength: this.told.limits.url }, advert.link));
  }
}
