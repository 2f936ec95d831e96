// Overview: what goes on right now, whether all is well, and how the day and the month were.

import { get } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { link } from "../shell/router.js";
import { chart } from "../ui/chart.js";
import { ago, duration, number, octets, rate } from "../ui/format.js";
import { fill, h, icon } from "../ui/h.js";
import { badge, card, facts, meter, nothing } from "../ui/pieces.js";
import { failed } from "../ui/toast.js";

const TRAFFIC_S = 60;

/** The section. */
export default class extends Page {
  span = "day";

  async build() {
    const now = await get("/overview", {}, this.signal);
    this.alerts = h("div.alerts", { role: "status" });
    this.tiles = h("div.tiles");
    this.top = h("div");
    this.pools = h("div.stack");
    this.box = h("div");
    this.charts = h("div.stack");
    this.show(now);
    this.alert({ rows: now.alerts });
    this.live("overview", (told) => this.show(told));
    this.live("alert", (told) => this.alert(told));
    this.every(TRAFFIC_S, () => this.traffic());
    this.draw();
    return [
      this.alerts,
      this.tiles,
      card({ title: t("Traffic"), actions: this.spans() }, this.charts),
      h("div.columns", null, card({ title: t("Top guests") }, this.top), card({ title: t("Addresses in use") }, this.pools), card({ title: t("This box") }, this.box)),
    ];
  }

  show(now) {
    const { guests, traffic, wan } = now;
    this.networks = guests.networks;
    fill(this.tiles,
      tile("users", t("Guests online"), number(guests.online), guests.waiting ? t("Not signed in yet: {count}", { count: number(guests.waiting) }) : t("Known devices: {count}", { count: number(guests.known) }), link("guests")),
      tile("arrow-down", t("Download now"), rate(traffic.down_kbit)),
      tile("arrow-up", t("Upload now"), rate(traffic.up_kbit)),
      wan && internet(wan),
    );
    fill(this.top, now.top.length ? h("ol.top", null, now.top.map(busy)) : nothing("users", t("Nobody is online.")));
    fill(this.pools, now.pools.length ? now.pools.map((pool) => meter({ label: titled(pool.network, guests.networks), used: pool.used, size: pool.size, words: t("{used} of {size}", { used: number(pool.used), size: number(pool.size) }) })) : nothing("network", t("No guest network.")));
    fill(this.box, box(now));
  }

  alert({ rows }) {
    fill(this.alerts, rows.map((each) => h("div.notice", { class: { error: "bad", warning: "warn", info: "" }[each.level] }, icon(each.level === "info" ? "info" : "triangle-alert"), h("div", null, h("p", null, worded(each, this.networks)), h("small", null, ago(each.since))))));
  }

  spans() {
    const spans = [["day", t("24 hours")], ["month", t("30 days")]];
    const choose = (name) => {
      this.span = name;
      for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.span === name));
      this.draw();
    };
    const group = h("div.segments", { role: "group", "aria-label": t("Time span") }, spans.map(([name, words]) => h("button", { type: "button", "data-span": name, "aria-pressed": String(name === this.span), on: { click: () => choose(name) } }, words)));
    return group;
  }

  draw() {
    const days = this.span === "month";
    this.plotted = chart({ label: t("Traffic"), days, least: 1000, words: rate, series: [{ label: t("Download"), color: "down" }, { label: t("Upload"), color: "up" }] });
    this.counted = chart({ label: t("Guests online"), days, least: 4, height: 120, words: (value) => number(value), series: [{ label: t("Guests online"), color: "down" }] });
    fill(this.charts, this.plotted, this.counted);
    return this.traffic();
  }

  async traffic() {
    try {
      const told = await get("/overview/traffic", { span: this.span }, this.signal);
      if (told.span !== this.span) return;
      const kbit = (value) => (value * 8) / 1000 / told.step_s;
      this.plotted.show(told.at, told.down.map(kbit), told.up.map(kbit));
      this.counted.show(told.at, told.online);
    } catch (error) {
      failed(error);
    }
  }
}

function tile(sign, label, value, below, href) {
  const inside = [h("div.sign", null, icon(sign)), h("p.quiet", null, label), h("p.value", null, value), below && h("p.quiet.below", null, below)];
  return href ? h("a.card.tile", { href }, inside) : h("div.card.tile", null, inside);
}

function internet(wan) {
  const words = { up: t("Connected"), down: t("No connection"), unknown: t("Unknown") };
  const kinds = { up: "good", down: "bad", unknown: "quiet" };
  const element = tile(wan.state === "down" ? "unplug" : "globe", t("Internet"), words[wan.state], wan.since ? t("Since {when}", { when: ago(wan.since) }) : wan.interface);
  element.classList.add(kinds[wan.state]);
  return element;
}

const titled = (name, networks) => networks.find((network) => network.name === name)?.title ?? name;

function busy(guest) {
  return h("li", null,
    h("div", null, h("strong", null, guest.name || guest.mac), h("small", null, guest.login ?? "")),
    h("div.end", null, h("span", null, rate(guest.down_kbit)), h("small", null, octets(guest.down + guest.up))),
  );
}

function box({ box: told, guests, at }) {
  return facts([
    ["routerd", told.version],
    [t("Name"), told.hostname],
    [t("Running for"), duration(at - told.started_at)],
    [t("Free disk space"), told.disk_size ? t("{used} of {size}", { used: octets(told.disk_free), size: octets(told.disk_size) }) : null],
    [t("Blocked devices"), guests.blocked ? badge("bad", number(guests.blocked)) : number(0)],
  ]);
}

function worded({ kind, values, text }, networks) {
  const { used, size, mac, free } = values ?? {};
  const network = titled(values?.network, networks);
  const words = {
    wan: () => ({ carrier: t("The cable to the internet has no signal."), route: t("The box has no route to the internet."), dns: t("Names cannot be looked up: the DNS servers do not answer.") })[values.what],
    pool: () => t("{network}: nearly all addresses are in use ({used} of {size}). New guests may not get one.", { network, used: number(used), size: number(size) }),
    clone: () => t("Two devices seem to use the address {mac} in {network}.", { mac, network }),
    disk: () => t("The disk is nearly full: {free} free.", { free: octets(free) }),
    restarted: () => t("routerd has been restarted."),
  };
  return words[kind]?.() ?? text;
}
