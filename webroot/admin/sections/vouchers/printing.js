// Printing: as a PDF that the box makes, or at once by the browser, for A4 sheets to cut and for rolls of 80 mm.

import { post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { h } from "../../ui/h.js";
import { follow } from "../../ui/jobs.js";
import { menu } from "../../ui/menu.js";
import { failed } from "../../ui/toast.js";
import { cards, ticket } from "./cards.js";

/** A button that opens the ways to print. @param {() => {ids?: number[], batch?: string}} which @param {boolean} [small] only the icon */
export const printing = (which, small) =>
  menu({
    label: t("Print"),
    text: small ? null : t("Print"),
    icon: "printer",
    items: () => [
      { label: t("Print A4 sheets"), icon: "printer", act: () => now(which(), "a4") },
      { label: t("Print on an 80 mm roll"), icon: "receipt", act: () => now(which(), "roll") },
      null,
      { label: t("PDF: A4 sheets"), icon: "file-text", act: () => pdf(which(), "a4") },
      { label: t("PDF: 80 mm roll"), icon: "file-text", act: () => pdf(which(), "80mm") },
    ],
  });

async function pdf(which, paper) {
  try {
    const { job } = await post("/vouchers/print", { ...which, paper });
    await follow(job, { title: t("Vouchers as a PDF"), save: true });
  } catch (error) {
    failed(error);
  }
}

async function now(which, paper) {
  try {
    const told = await cards(which);
    const sheet = h(`div.sheet.${paper}`, { "aria-hidden": "true" }, told.rows.map((row) => ticket(told, row)));
    document.body.append(sheet);
    addEventListener("afterprint", () => sheet.remove(), { once: true });
    print();
  } catch (error) {
    failed(error);
  }
}
