// Who has which address, and until when.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { moment } from "../../ui/format.js";
import { h } from "../../ui/h.js";
import { badge } from "../../ui/pieces.js";
import { table } from "../../ui/table.js";

/** The part of the section. @param {object} told GET /network */
export function leases(page, { guests }) {
  const choice = h("select", { "aria-label": t("Network"), on: { change: () => list.reload() } }, [["", t("All networks")], ...guests.map((each) => [each.name, each.title || each.name])].map(([value, words]) => h("option", { value }, words)));
  choice.hidden = guests.length < 2;
  const list = table({
    label: t("Addresses"),
    search: t("Address, device, name …"),
    filters: choice,
    empty: t("No device has an address yet."),
    load: ({ search, offset, most }) => get("/network/leases", { network: choice.value, search, offset, most }, page.signal),
    columns: [
      { key: "address", title: t("Address"), main: true, cell: (row) => h("span.mono", null, row.address) },
      { key: "hostname", title: t("Its name"), cell: (row) => row.hostname },
      { key: "mac", title: t("Device (MAC address)"), cell: (row) => h("span.mono", null, row.mac) },
      ...(guests.length > 1 ? [{ key: "network", title: t("Network"), cell: (row) => row.network }] : []),
      { key: "ends_at", title: t("Until"), cell: (row) => (row.static ? badge("info", t("Fixed")) : row.ends_at ? moment(row.ends_at) : t("No end")) },
    ],
  });
  return list;
}
