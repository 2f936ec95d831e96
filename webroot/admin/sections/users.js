// Users: the people who left an address, a number or an account when they signed in; exporting them, and forgetting one for good.

import { download, get, post } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { formDialog } from "../ui/dialog.js";
import { ago, date, number } from "../ui/format.js";
import { h, icon } from "../ui/h.js";
import { badge, button, card } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { tabs } from "../ui/tabs.js";
import { done } from "../ui/toast.js";

const KINDS = [
  { name: "", kind: "email", label: () => t("E-mail") },
  { name: "mobile", kind: "mobile", label: () => t("Mobile") },
  { name: "social", kind: "social", label: () => t("Social") },
  { name: "free", kind: "free", label: () => t("Free") },
];

/** The section. */
export default class extends Page {
  build([part = ""]) {
    const { kind } = KINDS.find(({ name }) => name === part) ?? KINDS[0];
    let words = "";
    const list = table({
      label: t("Users"),
      search: t("Search users"),
      columns: [...OWN[kind](), ...common()],
      load: ({ search, offset, most }) => {
        words = search;
        return get(`/users/${kind}`, { search, offset, most }, this.signal);
      },
      actions: button({ label: t("Export CSV"), icon: "download", act: () => download(`/users/${kind}/export.csv`, { search: words }) }),
      act: (row) => button({ icon: "user-x", kind: "plain round", "aria-label": t("Forget {name}", { name: called(kind, row) }), title: t("Forget"), act: () => this.forget(kind, row, list) }),
      empty: t("Nobody has signed in this way yet."),
    });
    return [tabs("users", part, KINDS.map(({ name, label }) => ({ name, label: label() }))), list, this.keeping()];
  }

  keeping() {
    const place = h("div");
    get("/settings/privacy", {}, this.signal).then(({ fields }) => {
      const days = fields.find((field) => field.key === "retention_days");
      if (days) place.append(this.retention(days));
    }, () => {});
    return place;
  }

  retention(days) {
    const words = days.value ? t("People and their entries in the log are deleted {count} days after their last visit.", { count: number(days.value) }) : t("People are kept until you forget them; the login log keeps a year.");
    const change = () => formDialog({
      title: t("How long to keep people"),
      fields: [{ name: "retention_days", label: t("Days after the last visit"), type: "number", value: days.value, min: days.least ?? 0, max: days.most, help: t("0: until you forget them."), required: true }],
      button: t("Save"),
      submit: (changes) => post("/settings/privacy", { changes }),
    }).then((saved) => saved && (done(t("Saved.")), this.refresh()));
    return card({ title: t("Privacy"), text: words, actions: button({ label: t("Change"), act: change }) });
  }

  async forget(kind, row, list) {
    const told = await formDialog({
      title: t("Forget {name}?", { name: called(kind, row) }),
      text: t("Everything that tells of this person is deleted: the entry here, their devices, their name in the login log. If they are online, they go offline. This cannot be undone."),
      fields: [],
      button: t("Forget for good"),
      danger: true,
      submit: () => post("/users/forget", { kind, id: row.id }),
    });
    if (!told) return;
    done(t("Forgotten. Entries deleted: {count}", { count: number(told.rows) }));
    list.reload();
  }
}

const called = (kind, row) => ({ email: row.email, mobile: row.mobile, social: row.name || row.email || row.account }[kind] || row.mac || "");

const yes = (on, words) => on && badge("good", words);

const common = () => [
  { key: "visits", title: t("Visits"), end: true, cell: (row) => number(row.visits) },
  { key: "created_at", title: t("First visit"), cell: (row) => date(row.created_at) },
  { key: "last_login", title: t("Last visit"), cell: (row) => ago(row.last_login) },
];

const device = () => ({ key: "mac", title: t("Device"), cell: (row) => h("span.mono", null, row.mac ?? "") });

const OWN = {
  email: () => [
    { key: "email", title: t("E-mail"), main: true, cell: (row) => h("span", null, row.email, " ", row.verified && icon("badge-check", t("Verified"))) },
    { key: "comments", title: t("Comments"), cell: (row) => [row.comments, row.comments1, row.comments2].filter(Boolean).join(" · ") },
    { key: "marketing", title: t("Marketing"), cell: (row) => yes(row.marketing, t("agreed")) },
    device(),
  ],
  mobile: () => [
    { key: "mobile", title: t("Number"), main: true, cell: (row) => h("span", { dir: "ltr" }, row.mobile, " ", row.verified && icon("badge-check", t("Verified"))) },
    { key: "marketing", title: t("Marketing"), cell: (row) => yes(row.marketing, t("agreed")) },
    device(),
  ],
  social: () => [
    { key: "name", title: t("Name"), main: true, cell: (row) => row.name || row.account },
    { key: "provider", title: t("Account at"), cell: (row) => row.provider },
    { key: "email", title: t("E-mail"), cell: (row) => row.email ?? "" },
    device(),
  ],
  free: () => [{ ...device(), main: true }],
};
