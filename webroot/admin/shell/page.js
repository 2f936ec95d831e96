// Page: what a section is. The frame puts one on the screen at a time and takes it away again; what the page began ends with `signal`.

import { fill, h, icon } from "../ui/h.js";
import { t } from "./i18n.js";
import { listen } from "./live.js";

/** A section's element. A section overrides `build`, and calls `this.refresh()` when what it showed is no longer true. */
export class Page extends HTMLElement {
  #ending = new AbortController();

  /** Aborted when the page is left or built anew: hand it to `get`, `listen` and `addEventListener`. */
  get signal() {
    return this.#ending.signal;
  }

  /** What is below the section in the address: ["garden"] of #/portal/garden. */
  path = [];

  /** What follows a ? in the address, as URLSearchParams. */
  query = new URLSearchParams();

  /**
   * What the page shows.
   * @param {string[]} _path as `path`
   * @returns {Promise<Node[]>|Node[]} its content
   */
  build(_path) {
    return [];
  }

  /** Hear live events ("overview", "alert", "guests", "job") while the page is shown. */
  live(event, handler) {
    listen(event, handler, this.signal);
  }

  /** Do something every so many seconds while the page is shown and seen. */
  every(seconds, work) {
    const timer = setInterval(() => document.hidden || work(), seconds * 1000);
    this.signal.addEventListener("abort", () => clearInterval(timer));
  }

  connectedCallback() {
    this.refresh();
  }

  disconnectedCallback() {
    this.#ending.abort();
  }

  /** Build it anew; what the last build listened to has ended. */
  async refresh() {
    const again = this.childElementCount > 0;
    this.#ending.abort();
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    const waiting = setTimeout(() => this.setAttribute("aria-busy", "true"), 150);
    signal.addEventListener("abort", () => clearTimeout(waiting));
    const content = await this.#built();
    if (signal.aborted) return;
    clearTimeout(waiting);
    this.removeAttribute("aria-busy");
    fill(this, content);
    performance.mark("usable");
    // Whoever pressed a button that is gone now would be nowhere.
    if (again && document.activeElement === document.body) document.querySelector("r-frame h1")?.focus({ preventScroll: true });
  }

  async #built() {
    try {
      return await this.build(this.path);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error) {
    return h("div.card.failed", { role: "alert" }, icon("triangle-alert"), h("p", null, error.message), h("button", { on: { click: () => this.refresh() } }, t("Try again")));
  }
}
