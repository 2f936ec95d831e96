// languages/*.json hold sentences with all their translations side by side: {"Save": {"de": "Speichern", …}}, one file for each part of
// the page. This puts them together, one file for each language, as the page loads them.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const CODES = ["de", "es", "fr", "it", "ar", "th", "zh"];

/** {code: JSON text of {sentence: translation}}. Raises Error where two files translate a sentence differently. */
export async function languages(root) {
  const merged = Object.fromEntries(CODES.map((code) => [code, {}]));
  for (const file of (await readdir(path.join(root, "languages"))).sort()) {
    const sentences = JSON.parse(await readFile(path.join(root, "languages", file), "utf8"));
    for (const [sentence, translations] of Object.entries(sentences)) {
      for (const [code, text] of Object.entries(translations)) take(merged[code], sentence, text, file, code);
    }
  }
  return Object.fromEntries(CODES.map((code) => [code, JSON.stringify(merged[code])]));
}

function take(into, sentence, text, file, code) {
  if (!into) throw new Error(`languages/${file}: the page does not speak "${code}"`);
  if (into[sentence] !== undefined && into[sentence] !== text) throw new Error(`languages/${file}: "${sentence}" has another translation (${code}) elsewhere`);
  into[sentence] = text;
}
