// Frame: what stands around a section: the menu, the head, the switches. It puts the section of the address on the screen, and moves
// the focus there, so that whoever listens instead of looking knows that the page has changed.

import { SECTIONS } from "../sections/catalogue.js";
import { fill, h, icon } from "../ui/h.js";
import { menu } from "../ui/menu.js";
import { failed } from "../ui/toast.js";
import { post } from "./api.js";
import { LANGUAGES, language, remember, speak, t } from "./i18n.js";
import { liveState } from "./live.js";
import { instead, link, place } from "./router.js";
import { may, session } from "./session.js";
import { theme, wear } from "./theme.js";

const FIRST_ON_PHONES = 4;

/** The page of somebody who is signed in. */
export class Frame extends HTMLElement {
  #ending = new AbortController();
  #shown = null;

  connectedCallback() {
    const { signal } = this.#ending;
    this.sections = SECTIONS.filter((section) => may(section.roles));
    this.heading = h("h1", { tabindex: -1 });
    this.content = h("div.content");
    this.mark = h("span.live", { hidden: true });
    fill(this, this.#skip(), this.#side(), h("div.stage", null, this.#head(), h("main", { id: "main", tabindex: -1 }, this.content)), this.#bottom());
    addEventListener("hashchange", () => this.#show(), { signal });
    document.addEventListener("live", () => this.#live(), { signal });
    this.#live();
    this.#show(true);
  }

  disconnectedCallback() {
    this.#ending.abort();
  }

  #skip() {
    const jump = (event) => {
      event.preventDefault();
      this.querySelector("main").focus();
    };
    return h("a.skip", { href: "#main", on: { click: jump } }, t("Skip to content"));
  }

  #links(sections) {
    return sections.map((section) => h("a", { href: link(section.name), "data-name": section.name, class: section.group ? "group" : "" }, icon(section.icon), h("span", null, section.title())));
  }

  #side() {
    const brand = h("a.brand", { href: link(this.sections[0].name) }, h("img", { src: document.querySelector("link[rel=icon]").href, alt: "", width: 28, height: 28 }), h("span", null, "routerd"));
    return h("aside.side", null, brand, h("nav", { "aria-label": t("Sections") }, this.#links(this.sections.filter((section) => !section.hidden))), h("p.quiet", null, session().version));
  }

  #head() {
    const back = h("a.button.plain.round.back", { href: link(this.sections[0].name), "aria-label": t("Back"), hidden: true }, icon("chevron-left"));
    this.back = back;
    return h("header.head", null, back, this.heading, this.mark, this.#looks(), this.#person());
  }

  #bottom() {
    const listed = this.sections.filter((section) => !section.hidden);
    if (listed.length < 2) return null;
    const first = listed.slice(0, listed.length > FIRST_ON_PHONES + 1 ? FIRST_ON_PHONES : listed.length);
    const rest = listed.slice(first.length);
    const more = rest.length > 0 && menu({ label: t("More"), text: t("More"), icon: "menu", items: () => rest.map((section) => ({ label: section.title(), icon: section.icon, href: link(section.name) })) });
    return h("nav.bottom", { "aria-label": t("Sections") }, this.#links(first), more);
  }

  #looks() {
    const signs = { auto: "monitor", light: "sun", dark: "moon" };
    const words = { auto: t("As the device has it"), light: t("Light"), dark: t("Dark") };
    return menu({ label: t("Light or dark"), icon: "sun-moon", items: () => Object.keys(signs).map((name) => ({ label: words[name], icon: theme() === name ? "check" : signs[name], act: () => wear(name) })) });
  }

  #person() {
    const { name } = session().person;
    return menu({
      label: t("Signed in as {name}", { name }),
      icon: "circle-user",
      items: () => [
        { label: t("Your account"), icon: "circle-user", href: link("account") },
        null,
        ...Object.entries(LANGUAGES).map(([code, words]) => ({ label: words, icon: code === language() ? "check" : "languages", act: () => this.#speak(code) })),
        null,
        { label: t("Sign out"), icon: "log-out", act: () => leave() },
      ],
    });
  }

  async #speak(code) {
    remember(code);
    try {
      await post("/me/language", { language: code });
      await speak(code);
      document.dispatchEvent(new CustomEvent("language"));
    } catch (error) {
      failed(error);
    }
  }

  #live() {
    const state = liveState();
    this.mark.hidden = state === "off";
    this.mark.className = `live ${state}`;
    fill(this.mark, h("i"), h("span", null, state === "on" ? t("Live") : t("Reconnecting …")));
  }

  async #show(first) {
    const { name, path, query } = place();
    if (location.hash === "#main") return;
    const section = this.sections.find((candidate) => candidate.name === name);
    if (!section) return instead(this.sections[0].name);
    this.#point(section);
    const page = this.content.firstElementChild;
    if (this.#shown === name && page) {
      page.path = path;
      page.query = query;
      return page.refresh();
    }
    this.#shown = name;
    await this.#open(section, path, query, first);
  }

  async #open(section, path, query, first) {
    try {
      const { default: Section } = await section.load();
      if (place().name !== section.name || this.#ending.signal.aborted) return;
      const tag = `r-${section.name}`;
      if (!customElements.get(tag)) customElements.define(tag, Section);
      const page = document.createElement(tag);
      page.path = path;
      page.query = query;
      fill(this.content, page);
      scrollTo(0, 0);
      if (!first) this.heading.focus({ preventScroll: true });
    } catch (error) {
      failed(error);
    }
  }

  #point(section) {
    const words = section.title();
    fill(this.heading, words);
    document.title = `${words} – routerd`;
    this.back.hidden = !section.hidden;
    for (const one of this.querySelectorAll("nav a[data-name]")) {
      if (one.dataset.name === section.name) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
  }
}

async function leave() {
  try {
    await post("/signout");
  } catch (error) {
    if (error.status !== 401) return failed(error);
  }
  document.dispatchEvent(new CustomEvent("signed-out"));
}

customElements.define("r-frame", Frame);
