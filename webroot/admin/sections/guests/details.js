// All that is known of one device, with its sessions.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { dialog } from "../../ui/dialog.js";
import { duration, moment, octets } from "../../ui/format.js";
import { fill, h } from "../../ui/h.js";
import { badge, facts } from "../../ui/pieces.js";
import { failed } from "../../ui/toast.js";
import { named } from "./actions.js";
import { KINDS, STATES } from "./row.js";

/** A dialog about the device. */
export function details(row) {
  const more = h("div.stack", { "aria-busy": "true" });
  get(`/guests/${row.mac}`).then((told) => fill(more, further(told)), failed);
  const { words, look } = STATES[row.state]();
  return dialog({ title: named(row), wide: true, body: [h("div", null, badge(look, words)), facts(rows(row)), more] });
}

const left = (octetsLeft) => (octetsLeft === null ? t("unlimited") : octets(octetsLeft));

function rows(row) {
  const session = row.since && [
    [t("Signed in as"), `${row.login ?? ""} (${KINDS[row.kind]?.() ?? row.kind})`],
    [t("Since"), moment(row.since)],
    [t("Ends"), row.until ? moment(row.until) : t("no end")],
    [t("Downloaded"), octets(row.down)],
    [t("Uploaded"), octets(row.up)],
    [t("Data left"), `↓ ${left(row.down_left)} · ↑ ${left(row.up_left)}`],
  ];
  return [
    [t("Hardware address"), h("span.mono", null, row.mac)],
    [t("Address"), row.address && h("span.mono", null, row.address)],
    [t("Network"), row.network],
    [t("Calls itself"), row.hostname],
    [t("Maker"), row.vendor === "randomised" ? t("unknown: the address is made up") : row.vendor],
    [t("System"), row.os],
    ...(session || []),
    [t("First seen"), moment(row.first_seen)],
    [t("Last seen"), moment(row.last_seen)],
  ];
}

function further({ addresses6, sessions }) {
  return [
    addresses6.length > 0 && facts([["IPv6", h("span.mono", null, addresses6.join(" "))]]),
    sessions.length > 0 && h("h3", null, t("Sessions")),
    sessions.length > 0 && h("div.scroll", { tabindex: 0, role: "region", "aria-label": t("Sessions") }, h("table", null,
      h("thead", null, h("tr", null, [t("Began"), t("Signed in as"), t("Lasted"), t("Data")].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", null, sessions.map((session) => h("tr", null,
        h("td", null, moment(session.started_at)),
        h("td", null, session.login ?? "", h("small", null, KINDS[session.kind]?.() ?? session.kind)),
        h("td", null, session.ended_at ? duration(session.ended_at - session.started_at) : t("still online")),
        h("td", null, octets(session.down + session.up)),
      ))),
    )),
  ];
}
