// Which language the page speaks, and what a sentence is in it. In the sources the English sentence is the key; the build numbers the
// sentences and makes a list of them for each language from `languages/*.json`. A test finds every sentence that lacks a translation.

import { LANGUAGE_FILES } from "built:languages";

/** Languages by their own names. */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  it: "Italiano",
  ar: "العربية",
  th: "ไทย",
  zh: "中文",
};

const STORED = "routerd-language";
const RIGHT_TO_LEFT = new Set(["ar"]);

let current = "en";
let sentences = [];

/** The sentence in the page's language, with its {names} filled in. Call it with a literal, and not while modules are being loaded. */
export function t(sentence, values) {
  if (!sentences.length) throw new Error("no language is spoken yet: call t() inside a function");
  const text = sentences[sentence];
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : text;
}

/** What the box says in English, in the page's language where `languages/box` knows it. */
export const heard = (english) => sentences.at(-1)[english] ?? english;

/** Code of the page's language. */
export const language = () => current;

/** The language that this browser was told to use here; otherwise the first of its own that the page speaks. */
export function preferred() {
  const asked = [localStorage.getItem(STORED), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return asked.find((code) => code in LANGUAGES) ?? "en";
}

/** Speak this language from now on; what is already shown stays as it is. */
export async function speak(code) {
  sentences = await (await fetch(new URL(LANGUAGE_FILES[code], document.baseURI))).json();
  current = code;
  document.documentElement.lang = code;
  document.documentElement.dir = RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr";
}

/** Remember the language for the next visit. */
export const remember = (code) => localStorage.setItem(STORED, code);
