// Vouchers: find, make, print, extend and withdraw them. The front desk has this section alone, and in it making and printing.

import { download, get, upload } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { link } from "../shell/router.js";
import { session } from "../shell/session.js";
import { formDialog } from "../ui/dialog.js";
import { date, moment, number } from "../ui/format.js";
import { h, icon } from "../ui/h.js";
import { follow } from "../ui/jobs.js";
import { menu } from "../ui/menu.js";
import { button } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { tabs } from "../ui/tabs.js";
import { done } from "../ui/toast.js";
import { extend, revoke, revokeBatch, show } from "./vouchers/actions.js";
import { create } from "./vouchers/create.js";
import { printing } from "./vouchers/printing.js";
import { STATES, limits, named, stateOf, validity } from "./vouchers/words.js";

/** The section. */
export default class extends Page {
  get owner() {
    return session().person.role === "owner";
  }

  async build([part, batch]) {
    const parts = tabs("vouchers", part === "batches" ? part : "", [{ name: "", label: t("All vouchers") }, { name: "batches", label: t("Batches") }]);
    if (part === "batches" && batch) return this.batch(batch);
    if (part === "batches") return [parts, this.batches()];
    this.known = (await get("/vouchers/batches", {}, this.signal)).rows;
    return [parts, this.all()];
  }

  get making() {
    return button({ label: t("New vouchers"), icon: "plus", kind: "primary", act: () => create(this.signal, () => this.refresh()) });
  }

  all() {
    const choose = (label, rows) => h("select", { "aria-label": label, on: { change: () => this.list.reload() } }, rows.map(([value, words]) => h("option", { value }, words)));
    const state = choose(t("State"), [["", t("All states")], ...Object.entries(STATES()).map(([name, [, words]]) => [name, words])]);
    const batch = choose(t("Batch"), [["", t("All batches")], ...this.known.map((each) => [each.batch, each.batch])]);
    batch.hidden = !this.known.length;
    const wanted = () => ({ search: this.list.querySelector("input[type=search]").value, state: state.value, batch: batch.value });
    const files = this.owner && menu({
      label: t("Import and export"),
      icon: "file-spreadsheet",
      items: () => [
        { label: t("Export as CSV"), icon: "download", act: () => download("/vouchers/export.csv", wanted()) },
        { label: t("Import from CSV"), icon: "upload", act: () => this.bring() },
      ],
    });
    this.list = this.listed({ filters: [state, batch], actions: [files, this.making], load: (asked) => ({ ...asked, state: state.value, batch: batch.value }) });
    return this.list;
  }

  listed({ load, ...rest }) {
    const reload = () => this.list.reload();
    return table({
      label: t("Vouchers"),
      search: t("Code, name, comment, device …"),
      empty: t("No vouchers yet. Make some for your guests."),
      sort: "-created_at",
      columns: this.columns(),
      load: ({ before: _, ...asked }) => get("/vouchers", load(asked), this.signal),
      act: (row) => this.menu(row, reload),
      chosen: (rows) => [
        printing(() => ({ ids: rows.map((row) => row.id) })),
        this.owner && button({ label: t("Extend"), icon: "calendar-plus", act: () => extend(rows, reload) }),
        this.owner && button({ label: t("Revoke"), icon: "trash-2", kind: "danger", act: () => revoke(rows, reload) }),
      ],
      ...rest,
    });
  }

  columns() {
    return [
      { key: "username", title: t("Code"), main: true, sort: true, cell: named },
      { key: "state", title: t("State"), cell: stateOf },
      { key: "valid_for", title: t("Lasts"), cell: (row) => validity(row.lasts_s) },
      { key: "limits", title: t("Limits"), cell: limits },
      { key: "until", title: t("Ends"), sort: true, cell: (row) => row.until && moment(row.until) },
      { key: "batch", title: t("Batch"), sort: true, cell: (row) => row.batch && h("a", { href: link("vouchers", "batches", row.batch) }, row.batch) },
      { key: "comment", title: t("Comment"), cell: (row) => row.comment },
      { key: "created_at", title: t("Made"), sort: true, cell: (row) => date(row.created_at) },
    ];
  }

  menu(row, reload) {
    return menu({
      label: t("Actions for {name}", { name: row.username }),
      items: () => [
        { label: t("Show"), icon: "ticket", act: () => show(row) },
        ...(this.owner ? [{ label: t("Extend"), icon: "calendar-plus", act: () => extend([row], reload) }, null, { label: t("Revoke"), icon: "trash-2", danger: true, act: () => revoke([row], reload) }] : []),
      ],
    });
  }

  batches() {
    let told;
    const load = async ({ search, offset, most }) => {
      if (!offset || !told) told = await get("/vouchers/batches", {}, this.signal);
      const rows = told.rows.filter((row) => row.batch.toLowerCase().includes(search.toLowerCase()));
      return { total: rows.length, rows: rows.slice(offset, offset + most) };
    };
    this.list = table({
      label: t("Batches"),
      search: t("Name of the batch"),
      empty: t("No batches yet. Vouchers that are made together form one."),
      actions: this.making,
      load,
      columns: [
        { key: "batch", title: t("Batch"), main: true, cell: (row) => h("a", { href: link("vouchers", "batches", row.batch) }, row.batch) },
        { key: "total", title: t("Vouchers"), end: true, cell: (row) => number(row.total) },
        ...["unused", "active", "expired"].map((state) => ({ key: state, title: STATES()[state][1], end: true, cell: (row) => number(row[state]) })),
        { key: "created_at", title: t("Made"), cell: (row) => moment(row.created_at) },
      ],
      act: (row) => this.batchMenu(row.batch, () => this.list.reload()),
    });
    return this.list;
  }

  batchMenu(batch, after) {
    const label = t("Actions for {name}", { name: batch });
    const items = () => [
      { label: t("Export as CSV"), icon: "download", act: () => download("/vouchers/export.csv", { batch }) },
      null,
      { label: t("Revoke the whole batch"), icon: "trash-2", danger: true, act: () => revokeBatch(batch, after) },
    ];
    return [printing(() => ({ batch }), true), this.owner && menu({ label, items })];
  }

  batch(batch) {
    const back = h("a.button.plain.back-link", { href: link("vouchers", "batches") }, icon("chevron-left"), t("All batches"));
    this.list = this.listed({ load: (asked) => ({ ...asked, batch }), most: 100, columns: this.columns().filter(({ key }) => key !== "batch") });
    const gone = () => (location.hash = link("vouchers", "batches"));
    return [h("p", null, back), h("header.part", null, h("h2", null, batch), h("div.actions", null, this.batchMenu(batch, gone))), this.list];
  }

  async bring() {
    const what = {
      title: t("Import from CSV"),
      text: t("The first row names the columns: username, passcode, fullname, valid_for, valid_from, down_limit_mb, up_limit_mb, down_kbit, up_kbit, devices, comment, batch. None of them has to be there. Either all rows are taken, or none."),
      button: t("Import"),
      fields: [{ name: "file", label: t("File"), type: "file", accept: ".csv,text/csv,text/plain", required: true }],
      submit: ({ file }) => upload("/vouchers/import", file),
    };
    const told = await formDialog(what);
    if (!told) return;
    const job = await follow(told.job, { title: t("Import from CSV") });
    if (job.state === "done") done(t("The vouchers are there."));
    this.refresh();
  }
}
