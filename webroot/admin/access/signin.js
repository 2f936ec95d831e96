// The sign-in: name and password, then the code of the second factor where there is one.

import { post } from "../shell/api.js";
import { LANGUAGES, language, remember, speak, t } from "../shell/i18n.js";
import { form } from "../ui/form.js";
import { fill, h } from "../ui/h.js";
import { menu } from "../ui/menu.js";

/** The product's name and sign. */
export const brand = () => h("p.brand", null, h("img", { src: document.querySelector("link[rel=icon]").href, alt: "", width: 36, height: 36 }), "routerd");

/** A choice of language for people who are not signed in. */
export function languages() {
  const choose = async (code) => {
    remember(code);
    await speak(code);
    document.dispatchEvent(new CustomEvent("language"));
  };
  const items = () => Object.entries(LANGUAGES).map(([code, words]) => ({ label: words, icon: code === language() ? "check" : "languages", act: () => choose(code) }));
  return h("div.languages", null, menu({ label: t("Language"), text: LANGUAGES[language()], icon: "languages", items }));
}

/** The sign-in; `entered` is called when it has succeeded. */
export class SignIn extends HTMLElement {
  constructor(entered) {
    super();
    this.entered = entered;
  }

  connectedCallback() {
    document.title = `${t("Sign in")} – routerd`;
    this.box = h("div.card");
    fill(this, h("main.gate", null, brand(), this.box, languages()));
    this.ask();
  }

  ask() {
    fill(this.box, h("h1", null, t("Sign in")), form({
      fields: [
        { name: "name", label: t("Name"), autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true },
        { name: "password", label: t("Password"), type: "password", autocomplete: "current-password", required: true },
      ],
      button: t("Sign in"),
      submit: (values) => this.send(values),
    }));
    this.querySelector("input").focus();
  }

  async send(values) {
    try {
      await post("/signin", values);
    } catch (error) {
      if (error.reason === "code-needed" && !values.code) return this.askCode(values);
      throw error;
    }
    return this.entered();
  }

  askCode(values) {
    fill(this.box, h("h1", null, t("Second factor")), h("p.help", null, t("Type the six digits that your authenticator app shows.")), form({
      fields: [{ name: "code", label: t("Code"), inputmode: "numeric", autocomplete: "one-time-code", maxlength: 40, required: true }],
      button: t("Sign in"),
      cancel: () => this.ask(),
      submit: ({ code }) => this.send({ ...values, code: code.replace(/\s/g, "") }),
    }));
    this.querySelector("input").focus();
  }
}

customElements.define("r-signin", SignIn);
