// What is plugged in and how it fares, and the guest networks at a glance.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { number, octets, rate } from "../../ui/format.js";
import { h, icon } from "../../ui/h.js";
import { badge, card, facts, meter } from "../../ui/pieces.js";
import { setAside, settingsForm } from "../../ui/settings.js";

/** The part of the section. @param {object} told GET /network @param {(guest: object) => string} way where a guest network is set up */
export async function overview(page, told, way) {
  const state = await get("/settings", {}, page.signal);
  const after = () => page.refresh();
  return [
    setAside(state, after),
    told.guests.length > 0 && h("div.columns", null, told.guests.map((each) => network(each, way(each)))),
    h("div.columns", null, told.interfaces.map(wire)),
    told.uplink && card({ title: t("Speed of your internet line"), text: t("As your provider promises it. Guests then share it fairly, and nobody can take it all. Empty: not known.") }, await settingsForm(["uplink"], { signal: page.signal, after })),
  ];
}

const SERVERS = { running: () => badge("good", t("Running")), down: () => badge("bad", t("Not running")), off: () => badge("quiet", t("Off")) };

/** "20 Mbit/s", or that there is no limit. */
const limit = (kbit) => (kbit ? rate(kbit) : t("No limit"));

function network(each, way) {
  const { pool, dns } = each;
  return card({ title: each.title || each.name, actions: h("a.button", { href: way }, icon("settings-2"), t("Settings")) },
    pool && meter({ label: t("Addresses in use"), used: pool.used, size: pool.size, words: t("{used} of {size}", { used: number(pool.used), size: number(pool.size) }) }),
    facts([
      [t("Guests online"), number(each.online)],
      [t("Interface"), each.interface],
      [t("Address"), [each.address, each.address6].filter(Boolean).join(", ")],
      [t("DHCP and DNS"), SERVERS[each.server]?.()],
      [t("Addresses for guests"), pool && `${pool.first} – ${pool.last}`],
      [t("DNS servers"), dns && `${dns.upstream.join(", ")}${dns.system ? ` (${t("as the box")})` : ""}`],
      [t("Speed for each guest"), `↓ ${limit(each.down_kbit)} · ↑ ${limit(each.up_kbit)}`],
    ]));
}

const ROLES = { uplink: () => t("Internet"), lan: () => t("Trusted network"), guest: () => t("Guests"), other: () => t("Not used") };

function wire(each) {
  const up = each.state === "up" && each.carrier !== false;
  return card({ title: each.name, actions: [badge("info", ROLES[each.role]?.() ?? each.role), up ? badge("good", t("Connected")) : badge("bad", each.carrier === false ? t("No cable") : t("Down"))] },
    facts([
      [t("Address"), each.addresses.join(", ")],
      [t("Speed"), each.speed_mbit > 0 && rate(each.speed_mbit * 1000)],
      [t("Received"), octets(each.received)],
      [t("Sent"), octets(each.sent)],
      [t("Errors"), each.errors + each.dropped > 0 && number(each.errors + each.dropped)],
      [t("Device (MAC address)"), h("span.mono", null, each.mac)],
    ].map(([name, value]) => [name, value === false ? null : value])));
}
