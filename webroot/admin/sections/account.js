// Your account: password, second factor, and the browsers that are signed in with it.

import { get, post, remove } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { load, session } from "../shell/session.js";
import { dialog, formDialog } from "../ui/dialog.js";
import { form } from "../ui/form.js";
import { ago, browser } from "../ui/format.js";
import { h } from "../ui/h.js";
import { badge, button, card } from "../ui/pieces.js";
import { table } from "../ui/table.js";
import { done, failed } from "../ui/toast.js";

/** The section. */
export default class extends Page {
  build() {
    const { totp } = session().person;
    return [
      h("div.columns", null,
        card({ title: t("Password"), text: t("A new one signs out all your other browsers.") }, button({ label: t("Change password"), icon: "key-round", act: () => this.password() })),
        card({ title: t("Second factor"), actions: totp ? badge("good", t("on")) : badge("quiet", t("off")), text: t("With it, signing in asks for a code that an app on your phone shows. Whoever learns your password still cannot sign in.") },
          h("div.actions", null, totp ? this.on() : button({ label: t("Turn on"), icon: "smartphone", kind: "primary", act: () => this.start() }))),
      ),
      h("h2", null, t("Signed-in browsers")),
      this.sessions(),
    ];
  }

  on() {
    return [
      button({ label: t("New recovery codes"), act: () => this.confirmed(t("New recovery codes"), (values) => post("/me/totp/codes", values)).then((told) => told && codes(told.recovery_codes)) }),
      button({ label: t("Turn off"), kind: "danger", act: () => this.confirmed(t("Turn the second factor off"), (values) => post("/me/totp/off", values)).then((told) => told && this.again()) }),
    ];
  }

  async again() {
    await load();
    done(t("Saved."));
    this.refresh();
  }

  confirmed(title, submit) {
    return formDialog({ title, fields: [{ name: "password", label: t("Your password"), type: "password", autocomplete: "current-password", required: true }], button: title, submit });
  }

  async password() {
    const told = await formDialog({
      title: t("Change password"),
      fields: [
        { name: "old", label: t("Password so far"), type: "password", autocomplete: "current-password", required: true },
        { name: "new", label: t("New password"), type: "password", autocomplete: "new-password", required: true, minlength: 10, maxlength: 128, help: t("At least 10 characters.") },
      ],
      button: t("Save"),
      submit: (values) => post("/me/password", values),
    });
    if (told) await this.again();
  }

  async start() {
    const begun = await this.confirmed(t("Turn on"), (values) => post("/me/totp/start", values));
    if (!begun) return;
    const told = await dialog({ title: t("Second factor"), body: (close) => pairing(begun, close) });
    if (!told) return;
    await this.again();
    await codes(told.recovery_codes);
  }

  sessions() {
    const end = (row) => remove(`/me/sessions/${row.id}`).then(() => list.reload(), failed);
    const list = table({
      label: t("Signed-in browsers"),
      columns: [
        { key: "agent", title: t("Browser"), main: true, cell: (row) => [browser(row.agent), " ", row.here && badge("info", t("this one"))] },
        { key: "address", title: t("Address"), cell: (row) => h("span.mono", null, row.address) },
        { key: "created_at", title: t("Signed in"), cell: (row) => ago(row.created_at) },
        { key: "seen_at", title: t("Last seen"), cell: (row) => ago(row.seen_at) },
      ],
      load: () => get("/me/sessions", {}, this.signal),
      act: (row) => !row.here && button({ icon: "log-out", kind: "plain round", "aria-label": t("Sign out"), title: t("Sign out"), act: () => end(row) }),
      empty: t("Nobody."),
    });
    return list;
  }
}

function pairing({ secret, qr_svg: qr }, close) {
  return [
    h("p", null, t("Scan this with an authenticator app, then type the code that it shows.")),
    h("img.qr", { src: `data:image/svg+xml,${encodeURIComponent(qr)}`, alt: t("QR code for the authenticator app"), width: 200, height: 200 }),
    h("details", null, h("summary", null, t("Type it instead")), h("p.mono", null, secret.replace(/(.{4})/g, "$1 "))),
    form({
      fields: [{ name: "code", label: t("Code"), inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8, required: true }],
      button: t("Turn on"),
      cancel: () => close(),
      submit: async ({ code }) => close(await post("/me/totp/confirm", { code: code.replace(/\s/g, "") })),
    }),
  ];
}

function codes(list) {
  const copy = () => navigator.clipboard?.writeText(list.join("\n")).then(() => done(t("Copied.")), failed);
  return dialog({
    title: t("Recovery codes"),
    body: (close) => [
      h("p", null, t("Keep these safe. Each signs you in once if you lose your phone. They are shown only now.")),
      h("ul.codes.mono", null, list.map((code) => h("li", null, code))),
      h("footer", null, navigator.clipboard && button({ label: t("Copy"), icon: "copy", act: copy }), button({ label: t("I have kept them"), kind: "primary", act: () => close(true) })),
    ],
  });
}
