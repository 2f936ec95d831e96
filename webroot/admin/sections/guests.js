// Guests: every device that was seen, who is online with it, and what an owner may do about it. The list keeps itself up to date by
// the live stream: all rows once, then those that changed.

import { get, post } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { ask } from "../ui/dialog.js";
import { ago, duration, number, octets } from "../ui/format.js";
import { Grid } from "../ui/grid.js";
import { fill, h, icon } from "../ui/h.js";
import { menu } from "../ui/menu.js";
import { badge, button, settled } from "../ui/pieces.js";
import { busy, done, failed } from "../ui/toast.js";
import { extend, named, rename, signIn } from "./guests/actions.js";
import { details } from "./guests/details.js";
import { KINDS, STATES, rowsOf } from "./guests/row.js";

const WAIT_MS = 3000;

/** The section. */
export default class extends Page {
  guests = new Map();
  filter = { words: "", state: "", network: "" };

  build() {
    this.search = h("input", { type: "search", placeholder: t("Name, address, login …"), "aria-label": t("Search guests"), on: { input: settled(() => this.sift({ words: this.search.value.trim().toLowerCase() }), 120) } });
    this.states = choice(t("State"), [["", t("All")], ["online", t("Online")], ...Object.keys(STATES).slice(2).map((state) => [state, STATES[state]().words]), ["bypass", t("Without portal")]], (state) => this.sift({ state }));
    this.networks = choice(t("Network"), [["", t("All networks")]], (network) => this.sift({ network }));
    this.networks.hidden = true;
    this.total = h("p.quiet", { role: "status" });
    this.chosen = h("div.choice-bar", { hidden: true });
    this.grid = new Grid({
      label: t("Guests"),
      key: (row) => row.mac,
      title: named,
      columns: COLUMNS(),
      order: { name: "seen", down: true },
      act: (row) => this.menu(row),
      open: (row) => details(row),
      ticked: () => this.choice(),
      empty: () => (this.guests.size ? t("No device matches.") : t("No device has been seen yet.")),
    });
    this.live("guests", (told) => this.take(told));
    const waited = setTimeout(() => this.guests.size || this.fetch(), WAIT_MS);
    this.signal.addEventListener("abort", () => clearTimeout(waited));
    return [h("div.bar-row", null, h("div.search", null, icon("search"), this.search), this.states, this.networks, this.total), this.grid, this.chosen];
  }

  async fetch() {
    try {
      const told = await get("/guests", {}, this.signal);
      if (!this.columns) this.take({ reset: true, gone: [], ...told });
    } catch (error) {
      failed(error);
    }
  }

  take({ reset, columns, rows, gone }) {
    if (columns) this.columns = columns;
    if (reset) this.guests.clear();
    for (const mac of gone) this.guests.delete(mac);
    for (const row of rowsOf(this.columns, rows)) this.guests.set(row.mac, row);
    this.network();
    this.draw();
  }

  network() {
    const names = [...new Set([...this.guests.values()].map((row) => row.network))].filter(Boolean).sort();
    if (names.join() === this.known) return;
    this.known = names.join();
    fill(this.networks, h("option", { value: "" }, t("All networks")), names.map((name) => h("option", { value: name }, name)));
    this.networks.value = this.filter.network;
    this.networks.hidden = names.length < 2;
  }

  sift(change) {
    Object.assign(this.filter, change);
    this.draw();
  }

  draw() {
    const { words, state, network } = this.filter;
    const rows = [...this.guests.values()].filter((row) => (!network || row.network === network) && fits(row, state) && (!words || row.words.includes(words)));
    this.grid.show(rows);
    fill(this.total, rows.length === this.guests.size ? number(rows.length) : t("{used} of {size}", { used: number(rows.length), size: number(this.guests.size) }));
  }

  menu(row) {
    return menu({ label: t("Actions for {name}", { name: named(row) }), items: () => this.items(row) });
  }

  items(row) {
    const online = STATES[row.state]().online;
    const blocked = row.state === "blocked";
    return [
      { label: t("Details"), icon: "info", act: () => details(row) },
      online && { label: t("Extend"), icon: "clock-plus", act: () => extend(row) },
      !online && !blocked && { label: t("Sign in by hand"), icon: "log-in", act: () => signIn(row) },
      online && { label: t("Kick"), icon: "log-out", act: () => this.kick([row]) },
      { label: t("Rename"), icon: "pencil", act: () => rename(row) },
      row.bypass ? { label: t("Ask for sign-in again"), icon: "shield-check", act: () => this.bypass(row, false) } : { label: t("Let in without portal"), icon: "shield-off", act: () => this.bypass(row, true) },
      null,
      blocked ? { label: t("Unblock"), icon: "circle-check", act: () => this.block([row], false) } : { label: t("Block"), icon: "ban", danger: true, act: () => this.block([row], true) },
    ];
  }

  choice() {
    const { chosen } = this.grid;
    this.chosen.hidden = chosen.size === 0;
    if (!chosen.size) return;
    const rows = () => [...chosen].map((mac) => this.guests.get(mac)).filter(Boolean);
    fill(this.chosen,
      h("strong", null, t("Chosen: {count}", { count: number(chosen.size) })),
      h("div.actions", null,
        button({ label: t("Kick"), icon: "log-out", act: (pressed) => busy(pressed, () => this.kick(rows())) }),
        button({ label: t("Block"), icon: "ban", kind: "danger", act: (pressed) => busy(pressed, () => this.block(rows(), true)) }),
        button({ label: t("Unblock"), icon: "circle-check", act: (pressed) => busy(pressed, () => this.block(rows(), false)) }),
        button({ label: t("None"), act: () => this.grid.tickAll(false) }),
      ),
    );
  }

  async kick(rows) {
    if (rows.length > 1 && !(await ask({ title: t("Kick {count} devices?", { count: number(rows.length) }), text: t("They go offline now and may sign in again."), yes: t("Kick") }))) return;
    const { ended } = (await each(rows, "/guests/kick")) ?? {};
    if (ended !== undefined) done(rows.length === 1 ? t("{name} is offline.", { name: named(rows[0]) }) : t("Sessions ended: {count}", { count: number(ended) }));
  }

  async block(rows, on) {
    if (on && rows.length > 1 && !(await ask({ title: t("Block {count} devices?", { count: number(rows.length) }), text: t("They go offline now and cannot sign in until they are unblocked."), yes: t("Block"), danger: true }))) return;
    if (!(await each(rows, on ? "/guests/block" : "/guests/unblock"))) return;
    const name = rows.length === 1 ? named(rows[0]) : number(rows.length);
    done(on ? t("Blocked: {name}", { name }) : t("Unblocked: {name}", { name }), on ? { label: t("Undo"), act: () => this.block(rows, false) } : undefined);
  }

  async bypass(row, on) {
    try {
      await post("/guests/bypass", { mac: row.mac, on });
      done(on ? t("{name} needs no sign-in any more.", { name: named(row) }) : t("{name} has to sign in again.", { name: named(row) }));
    } catch (error) {
      failed(error);
    }
  }
}

const MOST_AT_ONCE = 1000;

/** The change for all rows, a thousand at a time; the sum of what was answered, or undefined when it failed. */
async function each(rows, path) {
  const sums = {};
  try {
    for (let from = 0; from < rows.length; from += MOST_AT_ONCE) {
      const told = await post(path, { macs: rows.slice(from, from + MOST_AT_ONCE).map((row) => row.mac) });
      for (const [name, count] of Object.entries(told)) sums[name] = (sums[name] ?? 0) + count;
    }
    return sums;
  } catch (error) {
    failed(error);
    return undefined;
  }
}

function choice(label, options, changed) {
  const select = h("select", { "aria-label": label, on: { change: () => changed(select.value) } }, options.map(([value, words]) => h("option", { value }, words)));
  return select;
}

function fits(row, state) {
  if (state === "online") return STATES[row.state]().online;
  if (state === "bypass") return row.bypass;
  return !state || row.state === state;
}

const text = (pick) => (a, b) => pick(a).localeCompare(pick(b));
const count = (pick) => (a, b) => (pick(a) ?? -1) - (pick(b) ?? -1);

const COLUMNS = () => [
  { name: "device", title: t("Device"), sort: text(named), cell: (row) => [h("strong", null, named(row), row.bypass && icon("shield-off", t("Without portal"))), h("small", null, [row.address, row.vendor === "randomised" ? "" : row.vendor].filter(Boolean).join(" · ") || row.mac)] },
  { name: "state", title: t("State"), sort: count((row) => STATES[row.state]().rank), cell: (row) => badge(STATES[row.state]().look, STATES[row.state]().words) },
  { name: "login", title: t("Signed in as"), sort: text((row) => row.login ?? ""), cell: (row) => row.login !== null && [h("span", null, row.login), h("small", null, KINDS[row.kind]?.() ?? row.kind)] },
  { name: "left", title: t("Ends"), sort: count((row) => row.until), cell: (row) => row.since && h("span", null, row.until ? t("in {time}", { time: duration(row.until - Date.now() / 1000) }) : t("no end")) },
  { name: "data", title: t("Data"), end: true, sort: count((row) => row.total), cell: (row) => row.since && h("span", null, octets(row.total)) },
  { name: "seen", title: t("Last seen"), end: true, sort: (a, b) => STATES[a.state]().rank - STATES[b.state]().rank || a.last_seen - b.last_seen, cell: (row) => (row.state === "active" ? t("now") : ago(row.last_seen)) },
];
