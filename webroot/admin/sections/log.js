// Login log: who signed in when, with which device, and how it ended.

import { download, get } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { moment, octets } from "../ui/format.js";
import { h } from "../ui/h.js";
import { badge, button } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { KINDS } from "./guests/row.js";

const EVENTS = {
  login: () => ["good", t("Signed in")],
  resume: () => ["good", t("Came back")],
  logout: () => ["quiet", t("Signed out")],
  expiry: () => ["quiet", t("Ended")],
  refusal: () => ["warn", t("Refused")],
  clone: () => ["bad", t("Copied address")],
};

/** The section. */
export default class extends Page {
  build() {
    const asked = {};
    const pick = (name, label, options) => h("select", { "aria-label": label, on: { change: (event) => ((asked[name] = event.target.value), list.reload()) } }, options.map(([value, words]) => h("option", { value }, words)));
    const filters = [
      pick("event", t("What happened"), [["", t("Everything")], ...Object.entries(EVENTS).map(([name, words]) => [name, words()[1]])]),
      pick("kind", t("Way of signing in"), [["", t("All ways")], ...Object.entries(KINDS).map(([name, words]) => [name, words()])]),
    ];
    const list = table({
      label: t("Login log"),
      search: t("Login or address"),
      filters,
      columns: COLUMNS(),
      load: ({ search, before, most }) => {
        asked.search = search;
        return get("/log", { ...asked, before, most }, this.signal);
      },
      actions: button({ label: t("Export CSV"), icon: "download", act: () => download("/log/export.csv", asked) }),
      empty: t("Nobody has signed in yet."),
      most: 100,
    });
    return [list];
  }
}

const COLUMNS = () => [
  { key: "at", title: t("When"), cell: (row) => moment(row.at) },
  { key: "event", title: t("What happened"), cell: (row) => badge(...(EVENTS[row.event]?.() ?? ["quiet", row.event])) },
  { key: "login", title: t("Login"), main: true, cell: (row) => row.login || t("nobody") },
  { key: "kind", title: t("Way of signing in"), cell: (row) => row.kind && (KINDS[row.kind]?.() ?? row.kind) },
  { key: "mac", title: t("Device"), cell: (row) => [h("span.mono", null, row.mac ?? ""), row.address && h("small.mono", null, row.address)] },
  { key: "network", title: t("Network"), cell: (row) => row.network ?? "" },
  { key: "reason", title: t("Why"), cell: (row) => row.reason ?? "" },
  { key: "data", title: t("Data"), end: true, cell: (row) => (row.down || row.up ? octets(row.down + row.up) : "") },
];
