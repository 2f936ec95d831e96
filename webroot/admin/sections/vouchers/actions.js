// What is done with vouchers that there are: show, extend, revoke.

import { post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { amount } from "../../ui/amount.js";
import { ask, dialog, formDialog } from "../../ui/dialog.js";
import { number } from "../../ui/format.js";
import { done, failed } from "../../ui/toast.js";
import { cards, ticket } from "./cards.js";
import { printing } from "./printing.js";
import { h } from "../../ui/h.js";

const YEAR_S = 31_536_000;

/** Show one voucher as it would be printed. */
export async function show(row, title = t("Voucher")) {
  try {
    const told = await cards({ ids: [row.id] });
    await dialog({ title, body: (close) => [ticket(told, told.rows[0]), h("footer", null, printing(() => ({ ids: [row.id] })), h("button.primary", { type: "button", autofocus: true, on: { click: () => close() } }, t("Done")))] });
  } catch (error) {
    failed(error);
  }
}

/** Ask for how long, or for how much data, and give it. */
export async function extend(rows, after) {
  const told = await formDialog({
    title: rows.length === 1 ? t("Extend {name}", { name: rows[0].username }) : t("Extend {count} vouchers", { count: number(rows.length) }),
    text: t("Guests who are online with one have it at once. What has expired counts from now."),
    button: t("Extend"),
    fields: [
      amount({ name: "add_s", label: t("More time"), of: "s", none: t("None"), least: 60, most: YEAR_S, autofocus: true }),
      amount({ name: "add_mb", label: t("More data"), of: "mb", none: t("None"), most: 9437184, help: t("For vouchers whose data is limited.") }),
    ],
    submit: (values) => post("/vouchers/extend", { ids: rows.map((row) => row.id), ...Object.fromEntries(Object.entries(values).filter(([, value]) => value)) }),
  });
  if (!told) return;
  done(t("Extended: {count}", { count: number(told.changed) }));
  after();
}

/** Ask, and withdraw these. */
export const revoke = (rows, after) =>
  withdraw(rows.length === 1 ? t("Revoke {name}?", { name: rows[0].username }) : t("Revoke {count} vouchers?", { count: number(rows.length) }), { ids: rows.map((row) => row.id) }, after);

/** Ask, and withdraw a whole batch. */
export const revokeBatch = (batch, after) => withdraw(t("Revoke the batch {name}?", { name: batch }), { batch }, after);

async function withdraw(title, what, after) {
  if (!(await ask({ title, text: t("Nobody can sign in with them any more, and guests who are online with one are signed out. This cannot be undone."), yes: t("Revoke"), danger: true }))) return;
  try {
    const { revoked } = await post("/vouchers/revoke", what);
    done(t("Revoked: {count}", { count: number(revoked) }));
    after();
  } catch (error) {
    failed(error);
  }
}
