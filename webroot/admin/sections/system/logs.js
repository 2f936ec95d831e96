// The daemon's newest lines, by level and word; may be followed. The journal has the rest.

import { get } from "../../shell/api.js";
import { language, t } from "../../shell/i18n.js";
import { field } from "../../ui/form.js";
import { fill, h, icon } from "../../ui/h.js";
import { badge, button, nothing, settled } from "../../ui/pieces.js";
import { failed } from "../../ui/toast.js";

const LOOK_S = 2;
const MOST = 100;
const SHOWN_MOST = 1000;

const LEVELS = {
  debug: () => badge("quiet", t("Detail")),
  info: () => badge("info", t("Note")),
  warning: () => badge("warn", t("Warning")),
  error: () => badge("bad", t("Error")),
};

/** The part of the section. */
export function logs(page) {
  const list = h("ol.log", { "aria-label": t("Log") });
  const foot = h("div.pager");
  const search = h("input", { type: "search", placeholder: t("Search the log"), "aria-label": t("Search the log"), on: { input: settled(() => load()) } });
  const levels = { debug: t("Everything"), info: t("Notes and worse"), warning: t("Warnings and errors"), error: t("Errors only") };
  const level = h("select", { "aria-label": t("Level"), on: { change: () => load() } }, Object.entries(levels).map(([value, words]) => h("option", { value, selected: value === "info" }, words)));
  const following = field({ name: "follow", label: t("Follow"), type: "switch", value: true });
  const stamp = new Intl.DateTimeFormat(language(), { dateStyle: "short", timeStyle: "medium" });
  const line = (row) => h("li", null, h("div", null, LEVELS[row.level](), h("small", null, stamp.format(row.at * 1000)), h("small.mono", { dir: "ltr" }, row.name)), h("p.mono", { dir: "auto" }, row.text));
  let newest = 0;
  let oldest;
  let asked = 0;
  const ask = (before) => get("/system/logs", { level: level.value, search: search.value.trim(), before, most: MOST }, page.signal);
  const load = async (before) => {
    const mine = ++asked;
    const { rows, more } = await ask(before).catch((error) => (failed(error), {}));
    if (!rows || mine !== asked) return;
    if (!before) newest = rows[0]?.id ?? 0;
    oldest = rows.at(-1)?.id;
    const lines = rows.map(line);
    if (before) list.append(...lines);
    else fill(list, lines.length ? lines : h("li", null, nothing("inbox", t("No such lines."))));
    fill(foot, more && list.childElementCount < SHOWN_MOST && button({ label: t("Show more"), act: () => load(oldest) }));
  };
  const look = async () => {
    const mine = asked;
    const { rows } = await ask().catch(() => ({ rows: [] }));
    const fresh = rows.filter((row) => row.id > newest);
    if (mine !== asked || !fresh.length) return;
    if (!newest) list.replaceChildren();
    newest = fresh[0].id;
    list.prepend(...fresh.map(line));
    while (list.childElementCount > SHOWN_MOST) list.lastElementChild.remove();
  };
  page.every(LOOK_S, () => following.read() && look());
  load();
  return [h("div.bar-row", null, h("div.search", null, icon("search"), search), level, following.element), list, foot];
}
