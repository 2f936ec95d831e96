// Firewall: what is let through, refused and dropped, in people's words and with the kernel's counts; who is blocked; the rules themselves.

import { get, post } from "../shell/api.js";
import { heard, t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { snippet } from "../ui/copy.js";
import { dialog } from "../ui/dialog.js";
import { number, octets } from "../ui/format.js";
import { fill, h, icon } from "../ui/h.js";
import { badge, button, card, meter, nothing } from "../ui/pieces.js";
import { busy, done } from "../ui/toast.js";

const LOOK_S = 5;

const VERDICTS = {
  accept: () => badge("good", t("Let through")),
  drop: () => badge("bad", t("Dropped")),
  reject: () => badge("warn", t("Turned away")),
  redirect: () => badge("info", t("Led on")),
};

/** The section. */
export default class extends Page {
  async build() {
    const told = await get("/firewall", {}, this.signal).catch((error) => {
      if (error.status !== 404) throw error;
    });
    if (!told) return nothing("shield-off", t("This box is no gateway, so it has no firewall."));
    this.counts = new Map();
    this.fillings = new Map();
    this.shape = shapeOf(told);
    this.every(LOOK_S, () => this.look());
    const [first, ...rest] = told.chains.map((chain) => this.chain(chain));
    const shown = [state(told), this.raw(), h("div.columns", null, h("div.stack", null, first, this.sets(told.sets)), h("div.stack", null, this.blocked(told.blocked), rest))];
    this.count(told);
    return shown;
  }

  /** New numbers into the same places; everything anew when more than numbers has changed. */
  async look() {
    const told = await get("/firewall", {}, this.signal).catch(() => null);
    if (!told) return;
    if (shapeOf(told) === this.shape) this.count(told);
    else this.refresh();
  }

  count({ chains, sets }) {
    for (const row of chains.flatMap((chain) => chain.rows)) {
      const place = this.counts.get(row.id);
      if (!place || row.packets === place.packets) continue;
      place.cell.classList.toggle("fresh", place.packets !== undefined);
      place.packets = row.packets;
      fill(place.cell, h("strong", null, number(row.packets)), h("small", null, octets(row.octets)));
    }
    for (const set of sets) fill(this.fillings.get(set.id), filling(set));
  }

  chain({ title, text, rows }) {
    return card({ title: heard(title), text: heard(text) }, h("ul.lines.walls", null, rows.map((row) => {
      const cell = h("div.count");
      if (row.packets !== null) this.counts.set(row.id, { cell });
      return h("li", null, h("div", null, h("p", null, heard(row.title), " ", VERDICTS[row.verdict]()), h("small", null, heard(row.text))), row.packets !== null && cell);
    })));
  }

  blocked(rows) {
    const free = (row, pressed) => busy(pressed, async () => {
      await post("/guests/unblock", { macs: [row.mac] });
      done(t("Unblocked: {name}", { name: row.hostname || row.mac }));
      await this.refresh();
    });
    const line = (row) => h("li", null, h("div", null, row.hostname || row.mac, h("small", null, [row.hostname && row.mac, row.vendor !== "randomised" && row.vendor].filter(Boolean).join(" · "))),
      h("div.actions", null, button({ label: t("Unblock"), "aria-label": t("Unblock {name}", { name: row.hostname || row.mac }), act: (pressed) => free(row, pressed) })));
    return card({ title: t("Blocked devices"), text: t("They get nothing, whoever signs in on them. Devices are blocked under Guests.") }, rows.length ? h("ul.lines", null, rows.map(line)) : h("p.quiet", null, t("No device is blocked.")));
  }

  sets(sets) {
    const one = (set) => {
      const place = h("div");
      this.fillings.set(set.id, place);
      return h("li", null, h("div", null, place, h("small", null, heard(set.text))));
    };
    return card({ title: t("How full its lists are"), text: t("A list that is full takes nobody in any more.") },
      h("details.more", null, h("summary", null, t("{count} lists", { count: number(sets.length) })), h("ul.lines", null, sets.map(one))));
  }

  raw() {
    const show = async () => {
      const { text } = await get("/firewall/rules", {}, this.signal);
      await dialog({ title: t("The rules as nft prints them"), wide: true, body: snippet(t("The rules as nft prints them"), text) });
    };
    return h("div.actions", null, button({ label: t("Show the rules"), icon: "code-xml", act: (pressed) => busy(pressed, show) }), button({ label: t("Count anew"), icon: "refresh-cw", act: (pressed) => busy(pressed, () => this.look()) }));
  }
}

const shapeOf = ({ enforced, intact, blocked }) => JSON.stringify([enforced, intact, blocked]);

const filling = ({ title, elements, size }) => meter({ label: heard(title), used: elements, size, words: t("{used} of {size}", { used: number(elements), size: number(size) }) });

function state({ enforced, intact }) {
  if (!enforced) return notice("bad", "shield-off", t("The firewall was removed by hand. Guests get nothing until routerd is started anew."));
  if (!intact) return notice("warn", "triangle-alert", t("Somebody has changed the rules. routerd is putting them right."));
  return notice("good", "shield-check", t("The firewall is in force. The counts began when its rules were last loaded."));
}

const notice = (kind, sign, words) => h(`div.notice.${kind}`, { role: "status" }, icon(sign), h("p", null, words));
