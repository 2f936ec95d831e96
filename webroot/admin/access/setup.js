// The wizard of the first visit: six short steps, each of which may be gone back to. Nothing is kept before the last one.

import { post } from "../shell/api.js";
import { LANGUAGES, language, remember, speak, t } from "../shell/i18n.js";
import { fill, h } from "../ui/h.js";
import { form } from "../ui/form.js";
import { brand } from "./signin.js";

const METHODS = {
  voucher: () => [t("Voucher"), t("Guests type a code that you give or sell them.")],
  free: () => [t("Free"), t("One click, after accepting the terms.")],
  email: () => [t("E-mail"), t("Guests leave their e-mail address.")],
  mobile: () => [t("Mobile"), t("Guests get a code by text message. Needs a provider.")],
  facebook: () => [t("Facebook"), t("Guests sign in with Facebook. Needs an app there.")],
  oidc: () => [t("Other account"), t("Guests sign in with an account elsewhere. Needs a provider.")],
  radius: () => [t("RADIUS"), t("Names and passwords are checked by your RADIUS server.")],
};

const STEPS = ["languages", "account", "country", "networks", "methods", "api"];

/** The wizard; `entered` is called when the owner is signed in. */
export class Setup extends HTMLElement {
  constructor(open, entered) {
    super();
    this.open = open;
    this.entered = entered;
    this.values = { language: language(), country: open.country, methods: open.methods.filter(({ on }) => on).map(({ name }) => name), networks: Object.fromEntries(open.networks.map(({ name, title }) => [name, title])) };
  }

  connectedCallback() {
    this.step(0);
  }

  step(number) {
    document.title = `${t("Set up")} – routerd`;
    const { title, text, fields, taken } = this[STEPS[number]]();
    const last = number === STEPS.length - 1;
    const next = async (values) => {
      await taken?.(values);
      if (!last) return this.step(number + 1);
      return this.finish();
    };
    this.form = form({ fields, button: last ? t("Finish") : t("Next"), cancel: number ? () => this.step(number - 1) : undefined, submit: next });
    if (number) fill(this.form.querySelector("footer button[type=button]"), t("Back"));
    const heading = h("h1", { tabindex: -1 }, title);
    const progress = h("ol.steps", { "aria-label": t("Step {first} of {last}", { first: number + 1, last: STEPS.length }) }, STEPS.map((_, index) => h("li", { class: index <= number ? "past" : "", "aria-current": index === number ? "step" : null })));
    fill(this, h("main.gate", null, brand(), h("div.card", null, progress, heading, text && h("p.help", null, text), this.form)));
    heading.focus();
  }

  languages() {
    const choices = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
    const taken = async ({ language: code }) => {
      remember(code);
      await speak(code);
      this.values.language = code;
    };
    return { title: t("Welcome"), text: t("Six short questions, and your guests can come."), fields: [{ name: "language", label: t("Language"), type: "select", value: this.values.language, choices }], taken };
  }

  account() {
    const { account = {} } = this.values;
    const fields = [
      { name: "name", label: t("Name"), value: account.name, required: true, maxlength: 64, autocomplete: "username" },
      { name: "password", label: t("Password"), type: "password", value: account.password, required: true, minlength: 10, maxlength: 128, autocomplete: "new-password", help: t("At least 10 characters. Three or four random words are easy to type.") },
    ];
    if (this.open.code_needed) fields.push({ name: "code", label: t("Setup code"), value: this.values.code, required: true, autocomplete: "off", help: t("On the box, run: sudo routerd status") });
    return { title: t("Your account"), text: t("The owner may do everything here. You can add people later."), fields, taken: ({ code, ...given }) => Object.assign(this.values, { account: given, code }) };
  }

  country() {
    const names = new Intl.DisplayNames(language(), { type: "region" });
    const choices = this.open.countries.map((value) => ({ value, label: names.of(value) })).sort((a, b) => a.label.localeCompare(b.label));
    const own = this.values.country || new Intl.Locale(navigator.language).region || "";
    return { title: t("Country"), text: t("For telephone numbers and what is usual where you are."), fields: [{ name: "country", label: t("Country"), type: "select", value: own, choices: [{ value: "", label: "–" }, ...choices] }], taken: (given) => Object.assign(this.values, given) };
  }

  networks() {
    const fields = this.open.networks.map(({ name, title }) => ({ name, label: this.open.networks.length > 1 ? t("Network {name}", { name }) : t("What your guests' network is called"), value: this.values.networks[name] ?? title, required: true, maxlength: 64 }));
    if (!fields.length) fields.push({ type: "note", help: t("No guest network is configured yet.") });
    return { title: t("Network names"), text: t("Your guests see this name on the sign-in page."), fields, taken: (networks) => Object.assign(this.values, { networks }) };
  }

  methods() {
    const choices = this.open.methods.map(({ name }) => ({ value: name, label: METHODS[name]?.()[0] ?? name, help: METHODS[name]?.()[1] }));
    return { title: t("How guests sign in"), text: t("Choose one or more. You can change this at any time."), fields: [{ name: "methods", label: t("Ways of signing in"), type: "checks", required: true, value: this.values.methods, choices }], taken: (given) => Object.assign(this.values, given) };
  }

  api() {
    return { title: t("API access"), text: t("Hotel and property systems can create vouchers through the action API. It is off; you can switch it on later under Integrations."), fields: [] };
  }

  async finish() {
    const { account, country, networks, methods, code } = this.values;
    try {
      await post("/setup", { account, ...(country && { country }), networks, methods, ...(code && { code }) });
    } catch (error) {
      this.blame(error);
      return;
    }
    await post("/me/language", { language: language() }).catch(() => {});
    await this.entered();
  }

  /** Go back to the step whose field was refused, and say there what was wrong with it. */
  blame(error) {
    const field = error.field.split(".")[0];
    const number = Math.max(0, { account: 1, name: 1, password: 1, code: 1, country: 2, networks: 3, methods: 4 }[field] ?? (error.reason === "setup-code" ? 1 : STEPS.length - 1));
    this.step(number);
    this.form.fail(error);
  }
}

customElements.define("r-setup", Setup);
