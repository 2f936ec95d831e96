// People: the accounts of this page. An owner may do everything; the front desk makes and prints vouchers.

import { get, post, remove } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { session } from "../shell/session.js";
import { ask, formDialog } from "../ui/dialog.js";
import { ago, number } from "../ui/format.js";
import { menu } from "../ui/menu.js";
import { badge, button } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { done, failed } from "../ui/toast.js";

const ROLES = {
  owner: () => t("Owner"),
  "front-desk": () => t("Front desk"),
};

const roles = () => [
  { value: "front-desk", label: ROLES["front-desk"](), help: t("Makes and prints vouchers, and sees nothing else.") },
  { value: "owner", label: ROLES.owner(), help: t("May do everything.") },
];

const password = () => ({ name: "password", label: t("Password"), type: "password", autocomplete: "new-password", required: true, minlength: 10, maxlength: 128, help: t("At least 10 characters. They can change it themselves.") });

/** The section. */
export default class extends Page {
  build() {
    this.list = table({
      label: t("People"),
      columns: [
        { key: "name", title: t("Name"), main: true, cell: (row) => [row.name, " ", mine(row) && badge("info", t("you"))] },
        { key: "role", title: t("Role"), cell: (row) => ROLES[row.role]() },
        { key: "totp", title: t("Second factor"), cell: (row) => (row.totp ? badge("good", t("on")) : badge("quiet", t("off"))) },
        { key: "last_login", title: t("Last sign-in"), cell: (row) => ago(row.last_login) },
        { key: "sessions", title: t("Signed-in browsers"), end: true, cell: (row) => number(row.sessions) },
      ],
      load: () => get("/people", {}, this.signal),
      actions: button({ label: t("Add a person"), icon: "user-plus", kind: "primary", act: () => this.add() }),
      act: (row) => menu({ label: t("Actions for {name}", { name: row.name }), items: () => this.items(row) }),
      empty: t("Nobody."),
    });
    return [this.list];
  }

  items(row) {
    const other = row.role === "owner" ? "front-desk" : "owner";
    return [
      { label: t("New password"), icon: "key-round", act: () => this.password(row) },
      { label: t("Make {role}", { role: ROLES[other]() }), icon: "user-cog", act: () => this.change(row, { role: other }) },
      row.totp && { label: t("Turn the second factor off"), icon: "smartphone", act: () => this.change(row, { totp: false }) },
      row.sessions > 0 && { label: t("Sign out everywhere"), icon: "log-out", act: () => this.change(row, { sessions: false }) },
      !mine(row) && { label: t("Delete"), icon: "trash-2", danger: true, act: () => this.drop(row) },
    ];
  }

  add() {
    return this.then(formDialog({
      title: t("Add a person"),
      fields: [{ name: "name", label: t("Name"), required: true, maxlength: 64, autocomplete: "off" }, password(), { name: "role", label: t("Role"), type: "radio", value: "front-desk", choices: roles() }],
      button: t("Add"),
      submit: (values) => post("/people", values),
    }));
  }

  password(row) {
    return this.then(formDialog({ title: t("New password for {name}", { name: row.name }), fields: [password()], button: t("Save"), submit: (values) => post(`/people/${row.id}`, values) }));
  }

  change(row, what) {
    return this.then(post(`/people/${row.id}`, what));
  }

  async drop(row) {
    if (await ask({ title: t("Delete {name}?", { name: row.name }), text: t("They are signed out at once and cannot sign in again. What they did stays in the audit trail."), yes: t("Delete"), danger: true })) {
      await this.then(remove(`/people/${row.id}`).then(() => true));
    }
  }

  async then(work) {
    try {
      if ((await work) === undefined) return;
      done(t("Saved."));
      this.list.reload();
    } catch (error) {
      failed(error);
    }
  }
}

const mine = (row) => row.id === session().person.id;
