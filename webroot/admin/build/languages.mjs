// languages/*.json hold sentences with all their translations side by side: {"Save": {"de": "Speichern", …}}, one file for each part of
// the page. Here they become one list for each language, English too, and `t("Save")` in the modules becomes `t(17)`: a visitor loads
// the sentences of one language, once, and the modules carry none. languages/box/*.json hold what the box itself says in English; it ends
// each list as it is, for `heard`.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { sources } from "./sources.mjs";

const CODES = ["de", "es", "fr", "it", "ar", "th", "zh"];
const SAID = /\bt\(\s*"((?:[^"\\]|\\.)*)"/g;

/** {texts: {code: JSON of the list}, number: {sentence: its place in the lists}}. */
export async function languages(root) {
  const said = new Set();
  for (const { text } of await sources(root)) for (const [, sentence] of text.matchAll(SAID)) said.add(JSON.parse(`"${sentence}"`));
  const list = [...said].sort();
  const known = await translations(path.join(root, "languages"));
  const box = Object.entries(await translations(path.join(root, "languages/box")));
  const texts = { en: JSON.stringify([...list, {}]) };
  for (const code of CODES) texts[code] = JSON.stringify([...list.map((sentence) => known[sentence]?.[code] ?? sentence), Object.fromEntries(box.map(([english, each]) => [english, each[code] ?? english]))]);
  return { texts, number: Object.fromEntries(list.map((sentence, index) => [sentence, index])) };
}

/** A module with its sentences replaced by their numbers. */
export const numbered = (text, number) => text.replace(SAID, (_, sentence) => `t(${number[JSON.parse(`"${sentence}"`)]}`);

async function translations(folder) {
  const known = {};
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".json")).sort()) {
    const sentences = JSON.parse(await readFile(path.join(folder, file), "utf8"));
    for (const [sentence, texts] of Object.entries(sentences)) {
      if (known[sentence] && JSON.stringify(known[sentence]) !== JSON.stringify(texts)) throw new Error(`${file}: "${sentence}" has another translation elsewhere`);
      known[sentence] = texts;
    }
  }
  return known;
}
