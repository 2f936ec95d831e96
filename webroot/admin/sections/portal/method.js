// One way to sign in: its limits, and what it needs: a mail server, somebody who carries text messages, a RADIUS server, providers.

import { get, post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { link } from "../../shell/router.js";
import { formDialog } from "../../ui/dialog.js";
import { fill, h, icon } from "../../ui/h.js";
import { button, card } from "../../ui/pieces.js";
import { rowsEditor, setAside, settingsForm, store } from "../../ui/settings.js";
import { done } from "../../ui/toast.js";
import { validFor } from "../vouchers/words.js";
import { methodOf } from "./methods.js";

const SOCIAL = ["facebook", "oidc"];

/** The part of the section. @param {string} name of the method */
export async function method(page, name) {
  const { title, text } = methodOf(name);
  const after = () => page.refresh();
  const how = { signal: page.signal, after };
  const state = await get("/settings", {}, page.signal);
  const section = SOCIAL.includes(name) ? "portal.social" : `portal.${name}`;
  const own = state.sections.some((each) => each.name === section) && (await settingsForm(name === "voucher" ? ["portal.voucher", "vouchers"] : [section], name === "voucher" ? { ...how, choices: await validities(page) } : how));
  return [
    setAside(state, after),
    h("p", null, h("a.button.plain.back-link", { href: link("portal", "methods") }, icon("chevron-left"), t("All ways to sign in"))),
    own && card({ title, text }, own),
    await (NEEDS[name]?.(page, how) ?? null),
  ];
}

async function validities(page) {
  const { valid_for } = await get("/vouchers/choices", {}, page.signal);
  return { "vouchers.valid_for": valid_for.map((value) => ({ value, label: validFor(value) })) };
}

const NEEDS = {
  email: async (page, how) => card({ title: t("Mail server"), actions: testing("mail") }, await settingsForm(["mail"], how)),
  mobile: async (page, how) => card({ title: t("Text messages"), actions: testing("sms") }, await carrier(how)),
  radius: async (page, how) => card({ title: t("RADIUS servers") }, await settingsForm(["radius"], how)),
  facebook: async (page, how) => card({ title: t("App at Facebook"), text: REGISTERED() }, await settingsForm(["portal.social.facebook"], how)),
  oidc: (page, how) => providers(how),
};

/** The carrier's own settings follow the choice of the carrier, and are stored before it. */
async function carrier(how) {
  const box = h("div");
  const show = async (chosen) => {
    const { fields } = await get("/settings/sms", {}, how.signal);
    const provider = chosen ?? fields.find((each) => each.key === "provider").value;
    const own = ["http", "twilio", "smpp", "kannel"].includes(provider);
    const made = await settingsForm(own ? ["sms", `sms.${provider}`] : ["sms"], { ...how, order: own ? [`sms.${provider}`, "sms"] : ["sms"], first: ["sms.provider", "sms.sender"] });
    const choice = made.querySelector("[name='sms.provider']");
    choice.value = provider;
    choice.addEventListener("change", () => show(choice.value).then(() => box.querySelector("[name='sms.provider']").focus()));
    fill(box, made);
  };
  await show();
  return box;
}

function testing(way) {
  const mail = way === "mail";
  const ask = () =>
    formDialog({
      title: mail ? t("Send a test mail") : t("Send a test message"),
      text: mail ? null : t("It counts against the limits, and costs what a message costs."),
      button: t("Send"),
      fields: [mail ? { name: "to", label: t("To"), type: "email", required: true, autocomplete: "email" } : { name: "to", label: t("To"), type: "tel", required: true, autocomplete: "tel", placeholder: "+49 …" }],
      submit: async ({ to }) => {
        await post(`/settings/${way}/test`, { to });
        done(t("Sent. Look whether it arrives."));
      },
    });
  return button({ label: t("Send a test"), icon: "send", act: ask });
}

const REGISTERED = () => t("What to enter here, the provider tells you when you register this Wi-Fi as an application.");

async function providers({ signal, after }) {
  const { fields, rows } = await get("/settings/oidc", {}, signal);
  return card({ title: t("Providers of accounts"), text: REGISTERED() },
    rowsEditor({ fields, rows, section: "oidc", title: (row) => row.title || row.name, add: t("Add a provider"), empty: t("No providers yet."), store: (next) => store([["oidc", { rows: next }]]).then(after) }));
}
