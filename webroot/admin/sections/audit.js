// Audit trail: every change with who, when, from where, before and after; and the log of sign-ins to this page.

import { get } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { dialog } from "../ui/dialog.js";
import { browser, moment } from "../ui/format.js";
import { h } from "../ui/h.js";
import { badge, button, facts } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { tabs } from "../ui/tabs.js";

const EVENTS = {
  setup: () => ["info", t("Set up")],
  "sign-in": () => ["good", t("Signed in")],
  "sign-out": () => ["quiet", t("Signed out")],
  refused: () => ["bad", t("Wrong password")],
  "code-refused": () => ["bad", t("Wrong code")],
};

/** The section. */
export default class extends Page {
  build([part = ""]) {
    const parts = [{ name: "", label: t("Changes") }, { name: "signins", label: t("Sign-ins") }];
    return [tabs("audit", part, parts), part === "signins" ? this.signins() : this.changes()];
  }

  changes() {
    return table({
      label: t("Changes"),
      columns: [
        { key: "at", title: t("When"), cell: (row) => moment(row.at) },
        { key: "name", title: t("Who"), cell: (row) => row.name },
        { key: "action", title: t("What"), main: true, cell: (row) => [h("span.mono", null, row.action), h("small", null, row.target)] },
        { key: "address", title: t("From"), cell: (row) => h("span.mono", null, row.address) },
      ],
      load: (asked) => this.load("/audit", asked),
      act: (row) => button({ icon: "file-diff", kind: "plain round", "aria-label": t("Before and after"), title: t("Before and after"), act: () => change(row) }),
      empty: t("Nothing has been changed yet."),
      most: 100,
    });
  }

  signins() {
    return table({
      label: t("Sign-ins"),
      columns: [
        { key: "at", title: t("When"), cell: (row) => moment(row.at) },
        { key: "event", title: t("What happened"), cell: (row) => badge(...(EVENTS[row.event]?.() ?? ["quiet", row.event])) },
        { key: "name", title: t("Name"), main: true, cell: (row) => row.name },
        { key: "address", title: t("From"), cell: (row) => h("span.mono", null, row.address) },
        { key: "agent", title: t("Browser"), cell: (row) => browser(row.agent) },
      ],
      load: (asked) => this.load("/signins", asked),
      empty: t("Nobody has signed in yet."),
      most: 100,
    });
  }

  /** These lists go on from an id; the total says whether there is more. */
  async load(path, { before, most }) {
    const { rows } = await get(path, { before, most }, this.signal);
    return { rows, more: rows.length === most };
  }
}

function change({ action, target, before, after }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const plain = (value) => (value === null || typeof value !== "object" ? String(value ?? "–") : JSON.stringify(value));
  const objects = [before, after].every((side) => side === null || (typeof side === "object" && !Array.isArray(side)));
  const rows = objects ? names.map((name) => [name, before?.[name], after?.[name]]) : [["", before, after]];
  const differ = (row) => JSON.stringify(row[1]) !== JSON.stringify(row[2]);
  return dialog({
    title: action,
    wide: true,
    body: [
      facts([[t("What"), target]]),
      rows.length > 0 && h("div.scroll", { tabindex: 0, role: "region", "aria-label": t("Before and after") }, h("table", null,
        h("thead", null, h("tr", null, ["", t("Before"), t("After")].map((title) => h("th", { scope: "col" }, title || h("span.unseen", null, t("Name")))))),
        h("tbody", null, rows.map((row) => h("tr", { class: differ(row) ? "changed" : "" }, h("th", { scope: "row" }, row[0]), h("td.mono", null, plain(row[1])), h("td.mono", null, plain(row[2]))))),
      )),
    ],
  });
}
