// The walled garden: sites that guests reach before they have signed in.

import { get, post, remove } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { field, form } from "../../ui/form.js";
import { date } from "../../ui/format.js";
import { h, icon } from "../../ui/h.js";
import { card, nothing } from "../../ui/pieces.js";
import { table } from "../../ui/table.js";
import { busy, done } from "../../ui/toast.js";

/** The part of the section. */
export async function garden(page) {
  let told = await get("/garden", {}, page.signal).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  if (!told) return nothing("shield-off", t("This box is no gateway, so there is nothing to open."));
  const load = async ({ search, offset, most }) => {
    told ??= await get("/garden", {}, page.signal);
    const rows = told.rows.filter((row) => row.target.includes(search.toLowerCase())).reverse();
    told = null;
    return { total: rows.length, rows: rows.slice(offset, offset + most) };
  };
  const list = table({
    label: t("Open sites"),
    search: t("Search sites"),
    empty: t("No sites are open. Guests see the portal alone until they have signed in."),
    load,
    columns: [
      { key: "target", title: t("Site"), main: true, cell: (row) => h("span.mono", null, row.target) },
      { key: "kind", title: t("Opens"), cell: (row) => (row.kind === "name" ? t("this name and all below it") : t("these addresses")) },
      { key: "created_at", title: t("Since"), cell: (row) => date(row.created_at) },
    ],
    act: (row) => h("button.plain.round.danger", { type: "button", "aria-label": t("Remove {name}", { name: row.target }), on: { click: (event) => busy(event.currentTarget, () => close(row.target, list)) } }, icon("trash-2")),
  });
  return card({ title: t("Sites that need no sign-in"), text: t("Such as your own menu, or the bank that takes payments. Guests reach them without time or data being counted.") }, adding(list), list);
}

function adding(list) {
  const made = form({
    fields: [field({ name: "target", label: t("Site or address"), placeholder: "menu.example.com", required: true, autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: 253 })],
    button: t("Open it"),
    submit: async ({ target }) => {
      await post("/garden", { target: target.trim() });
      made.reset();
      done(t("{name} is open.", { name: target.trim() }));
      list.reload();
    },
  });
  made.classList.add("one-line");
  return made;
}

async function close(target, list) {
  await remove("/garden", { target });
  done(t("{name} is closed again.", { name: target }));
  list.reload();
}
