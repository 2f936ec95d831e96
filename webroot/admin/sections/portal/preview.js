// What guests will see, in a frame that runs nothing. It follows the form after a short while.

import { post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { h } from "../../ui/h.js";
import { card, settled } from "../../ui/pieces.js";
import { failed } from "../../ui/toast.js";

const SETTLE_MS = 400;

/** The frame with its switches. @param {object} told GET /portal/page @param {() => object} brand the page as it is now */
export class Preview {
  constructor(told, signal, brand) {
    this.told = told;
    this.signal = signal;
    this.brand = brand;
    this.frame = h("iframe", { sandbox: "allow-same-origin", title: t("Preview of the guests' page"), tabindex: 0 });
    const choice = (label, rows) => h("select", { "aria-label": label, on: { change: () => this.show() } }, rows.map(([value, words]) => h("option", { value }, words)));
    this.screen = choice(t("Screen"), [["signin", t("Sign-in")], ["status", t("Signed in")], ["terms", t("Terms of use")]]);
    this.language = choice(t("Language"), told.languages.map(({ code, name }) => [code, name]));
    this.scheme = choice(t("Light or dark"), [["light", t("Light")], ["dark", t("Dark")]]);
    this.later = settled(() => this.show(), SETTLE_MS);
    this.asked = 0;
    this.element = card({ title: t("Preview") }, h("div.switches", null, this.screen, this.language, this.scheme), h("div.phone", null, this.frame));
  }

  /** Show the page in this language from now on. */
  speak(code) {
    if (this.language.value === code) return;
    this.language.value = code;
    this.soon(0);
  }

  /** Follow the form soon. */
  soon(wait = SETTLE_MS) {
    if (wait) this.later();
    else queueMicrotask(() => this.show());
  }

  async show() {
    const mine = ++this.asked;
    try {
      const { url } = await post("/portal/preview", { network: this.told.network, page: this.brand(), screen: this.screen.value, language: this.language.value, scheme: this.scheme.value }, this.signal);
      // A frame's steps would be steps of the page's history: replace, so that "back" leaves the editor.
      if (mine === this.asked) this.frame.contentWindow ? this.frame.contentWindow.location.replace(url) : (this.frame.src = url);
    } catch (error) {
      if (mine === this.asked && error.status !== 400) failed(error);
    }
  }
}
