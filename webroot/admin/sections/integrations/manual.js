// The action API's documentation: what each action takes and gives, and a line for the shell that works as it stands once the key is shown.

import { heard, t } from "../../shell/i18n.js";
import { snippet } from "../../ui/copy.js";
import { fill, h } from "../../ui/h.js";
import { badge, card } from "../../ui/pieces.js";

const KEY = "YOUR-API-KEY";

/** The card. @param {object} told GET /integrations/api @param {{open: Set<string>}} kept what was chosen and opened @param {string} [key] put into the examples */
export function manual({ documentation, endpoints, cloud, post, get }, kept, key) {
  const urls = [...endpoints, ...(cloud ? [cloud] : [])].map(({ url }) => url);
  const choose = (name, label, values, value) => {
    const chosen = () => {
      kept[name] = select.value;
      show();
    };
    const select = h("select", { "aria-label": label, dir: "ltr", on: { change: chosen } }, values.map((each) => h("option", { value: each, selected: each === (kept[name] ?? value) }, each)));
    select.hidden = values.length < 2;
    return select;
  };
  const method = choose("method", t("Method"), ["POST", "GET"], get && !post ? "GET" : "POST");
  const url = choose("url", t("Endpoint"), urls.length ? urls : [new URL("/api/", location.href).href]);
  const spots = documentation.map((each) => ({ each, spot: h("div.example") }));
  const show = () => {
    for (const { each, spot } of spots) fill(spot, example(each, method.value, url.value, key ?? KEY));
  };
  show();
  const opened = ({ target }) => kept.open[target.open ? "add" : "delete"](target.dataset.action);
  return card({ title: t("API Documentation"), text: key ? t("The examples hold your key.") : t("Show the key above, and the examples hold it.") },
    h("div.bar-row", null, method, url),
    h("div.manual", null, spots.map(({ each, spot }) => h("details", { "data-action": each.action, open: kept.open.has(each.action), on: { toggle: opened } }, h("summary", null, heard(each.title), " ", h("code", { dir: "ltr" }, each.action)), h("p.help", null, heard(each.text)), parameters(each), spot, h("h3", null, t("Answer")), snippet(t("Answer"), each.response)))));
}

function parameters({ action, parameters: own }) {
  const row = (name, required, text) => h("li", null, h("div", null, h("code", { dir: "ltr" }, name), " ", required && badge("info", t("Required")), h("small", null, text)));
  return h("ul.lines", { "aria-label": t("Parameters") }, row("api-key", true, t("The key above.")), row("action", true, action), own.map(({ name, required, text }) => row(name, required, heard(text))));
}

function example({ request, method }, wanted, url, key) {
  const fields = method === "POST" ? JSON.parse(request) : Object.fromEntries(new URL(request).searchParams);
  fields["api-key"] = key;
  if (wanted === "GET") return snippet("curl", `curl -sS ${quoted(`${url}?${new URLSearchParams(fields)}`)}`);
  for (const [name, value] of Object.entries(fields)) if (/^\d+$/.test(value)) fields[name] = Number(value);
  return snippet("curl", `curl -sS ${url} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(fields, null, 2))}`);
}

/** For a shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
