// Integrations: API Access. The action API's two switches, where it is reached, its key, and how to call it, with lines to copy.

import { get, post } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { copier, copy } from "../ui/copy.js";
import { ask } from "../ui/dialog.js";
import { field } from "../ui/form.js";
import { ago, moment } from "../ui/format.js";
import { h, icon } from "../ui/h.js";
import { badge, button, card } from "../ui/pieces.js";
import { busy, done, failed } from "../ui/toast.js";
import { manual } from "./integrations/manual.js";

const LOOK_S = 10;

/** The section. */
export default class extends Page {
  kept = { open: new Set() };

  async build() {
    this.told = await get("/integrations/api", {}, this.signal);
    this.every(LOOK_S, () => this.look());
    return [security(), h("div.columns", null, h("div.stack", null, this.methods(), this.key()), this.endpoints()), manual(this.told, this.kept, this.shown)];
  }

  /** The cloud endpoint's lines come and go by themselves. */
  async look() {
    const { cloud } = await get("/integrations/api", {}, this.signal).catch(() => this.told);
    if (JSON.stringify(cloud) !== JSON.stringify(this.told.cloud) && !this.contains(document.activeElement)) this.refresh();
  }

  methods() {
    const toggle = (name, label, help) => {
      const row = field({ name, label, help, type: "switch", value: this.told[name] });
      row.input.addEventListener("change", () => this.toggle(name, row.input));
      return row.element;
    };
    return card({ title: t("API Access"), text: t("Hotel and property systems create vouchers and read lists through it. Off until you enable a method.") },
      toggle("post", t("Enable API POST Method"), t("Requests carry the key in their body. Use this one.")),
      toggle("get", t("Enable API GET Method"), t("Requests carry the key in their address, which logs and histories keep. Only inside a trusted network or VPN.")));
  }

  async toggle(name, input) {
    const words = { post: [t("POST is enabled."), t("POST is disabled.")], get: [t("GET is enabled."), t("GET is disabled.")] }[name];
    try {
      await post("/integrations/api", { [name]: input.checked });
      done(words[input.checked ? 0 : 1]);
      await this.refresh();
      this.querySelector(`[name=${name}]`)?.focus();
    } catch (error) {
      input.checked = !input.checked;
      failed(error);
    }
  }

  endpoints() {
    const { endpoints, cloud } = this.told;
    const places = { lan: t("Trusted network (LAN)"), management: t("Management") };
    return card({ title: t("Endpoints") },
      h("h3", null, t("Current API Endpoint")),
      h("p.help", null, t("Inside the trusted network, or over a VPN.")),
      endpoints.map(({ place, url }) => line(url, places[place])),
      h("h3", null, t("Cloud API Endpoint")),
      h("p.help", null, t("Over the internet, by HTTPS. Nothing has to be opened or forwarded. Share its address only with who needs it.")),
      cloud ? this.cloud(cloud) : h("p.quiet", null, t("None yet. It needs a relay: name one under [tunnel] in the box's configuration file.")));
  }

  cloud({ url, state, lines }) {
    const relay = (each) => h("li", null, h("div", null, each.relay, each.since && h("small", null, t("Since {when}", { when: moment(each.since) })), each.error && h("small", { dir: "auto" }, t("Last error: {error}", each))), each.up ? badge("good", t("Connected")) : badge("bad", t("Not connected")));
    return [
      line(url, state === "up" ? badge("good", t("Connected")) : badge("bad", t("Not connected"))),
      h("ul.lines", { "aria-label": t("Relays") }, lines.map(relay)),
      button({ label: t("New address"), icon: "refresh-cw", act: (pressed) => this.move(pressed) }),
    ];
  }

  async move(pressed) {
    if (!(await ask({ title: t("Give the cloud endpoint a new address?"), text: t("The address so far leads nowhere from then on. Everything that calls it has to be told the new one."), yes: t("New address"), danger: true }))) return;
    await busy(pressed, async () => {
      await post("/integrations/cloud/rotate").finally(() => this.refresh());
      done(t("The cloud endpoint has a new address."));
    });
  }

  key() {
    const { has_key: there, rotated_at: at } = this.told;
    if (!there) return card({ title: t("API Key"), text: t("There is none yet. It is made when you enable a method.") });
    const { shown } = this;
    return card({ title: t("API Key"), text: t("Every request carries it. Whoever has it can make vouchers and read your guests' data: keep it like a password.") },
      h("div.key", null, h("code", { dir: "ltr", "aria-label": shown ? null : t("Hidden"), role: shown ? null : "img" }, shown ?? "•".repeat(24)),
        h("button.plain.round", { type: "button", "aria-label": shown ? t("Hide the key") : t("Show the key"), on: { click: (event) => busy(event.currentTarget, () => this.turn()) } }, icon(shown ? "eye-off" : "eye")),
        h("button.plain.round", { type: "button", "aria-label": t("Copy the key"), on: { click: (event) => busy(event.currentTarget, async () => copy(shown ?? (await this.reveal()))) } }, icon("copy"))),
      h("p.help", null, t("Made {when}. Showing or copying it goes on record.", { when: ago(at) })),
      button({ label: t("Make a new key"), icon: "key-round", act: (pressed) => this.rotate(pressed) }));
  }

  reveal = async () => (await post("/integrations/api/reveal")).key;

  async turn() {
    this.shown = this.shown ? null : await this.reveal();
    await this.refresh();
    this.querySelector(".key button").focus();
  }

  async rotate(pressed) {
    if (!(await ask({ title: t("Make a new key?"), text: t("The key so far is wrong from then on: everything that calls the API stops working until it has the new one."), yes: t("Make a new key"), danger: true }))) return;
    await busy(pressed, async () => {
      this.shown = (await post("/integrations/api/rotate")).key;
      await this.refresh();
      done(t("There is a new key. Copy it now to where it is needed."));
    });
  }
}

const line = (url, about) => h("div.key", null, h("div", null, h("code", { dir: "ltr" }, url), " ", h("small", null, about)), copier(t("Copy: {what}", { what: url }), () => url));

const security = () =>
  h("section.notice.warn", { "aria-label": t("Security notice") }, icon("shield-alert"), h("div", null, h("h2", null, t("Security notice")), h("ul.points", null, [
    t("Use the local endpoint only inside a trusted LAN or over a secure VPN; never open the API to the internet."),
    t("From the internet, use the cloud endpoint alone."),
    t("Prefer POST, and keep keys out of addresses."),
    t("The API gives access to guests' data and to sign-in. It is off by default."),
  ].map((point) => h("li", null, point)))));
