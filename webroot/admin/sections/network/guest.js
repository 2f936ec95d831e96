// One guest network's settings: speeds, addresses, what its portal does differently, and devices with a fixed address.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { h } from "../../ui/h.js";
import { card } from "../../ui/pieces.js";
import { methodOf } from "../portal/methods.js";
import { rowsEditor, setAside, settingsForm, store } from "../../ui/settings.js";

/** The part of the section. @param {{name: string}} network one of GET /network's guests */
export async function guest(page, { name }) {
  const section = `guest.${name}`;
  const how = { signal: page.signal, after: () => page.refresh() };
  const state = await get("/settings", {}, page.signal);
  const { methods } = state;
  const [told, own, portal] = await Promise.all([
    get(`/settings/${section}`, {}, page.signal),
    settingsForm([section], { ...how, first: ["down_kbit", "up_kbit", "idle_timeout_s"].map((key) => `${section}.${key}`) }),
    settingsForm([`${section}.portal`], { ...how, choices: { [`${section}.portal.methods`]: methods.map((one) => ({ value: one, label: methodOf(one).title })) } }),
  ]);
  const fixed = told.fields.find((each) => each.key === "static");
  const title = (row) => [h("span.mono", null, row.address), h("small.mono", null, row.mac, row.hostname && ` · ${row.hostname}`)];
  return [
    setAside(state, how.after),
    h("div.columns", null,
      card({ title: t("Speed and addresses") }, own),
      h("div.stack", null,
        fixed && card({ title: t("Fixed addresses"), text: t("Devices that always get the same address, such as a printer.") },
          rowsEditor({ fields: fixed.fields, rows: fixed.value ?? [], section: `${section}.static`, title, add: t("Add a device"), empty: t("No fixed addresses yet."), store: (rows) => store([[section, { static: rows }]]).then(how.after) })),
        card({ title: t("Its portal"), text: t("What is different on this network. Empty: as on all networks.") }, portal))),
  ];
}
