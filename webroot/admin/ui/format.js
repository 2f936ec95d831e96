// Numbers, data, speeds, times and dates, as the page's language writes them.

import { language, t } from "../shell/i18n.js";

const made = new Map();

function intl(kind, options) {
  const key = `${language()} ${kind.name} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new kind(language(), options));
  return made.get(key);
}

/** 12,345 */
export const number = (value, digits = 0) => intl(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);

/** 45 % of a share between 0 and 1 */
export const percent = (share) => intl(Intl.NumberFormat, { style: "percent" }).format(share);

function scaled(value, units, step, from = 0) {
  let at = from;
  while (Math.abs(value) >= step && at < units.length - 1) {
    value /= step;
    at += 1;
  }
  const digits = Math.abs(value) < 10 && at > 0 ? 1 : 0;
  const words = `${number(value, digits)}\u00a0${units[at]}`;
  // The unit stays behind its number, also amid Arabic.
  return document.dir === "rtl" ? `\u2066${words}\u2069` : words;
}

/** 1.2 GB of 1288490189 octets; steps of 1024, as on the guests' own page. */
export const octets = (value) => scaled(value ?? 0, ["B", "KB", "MB", "GB", "TB"], 1024);

/** 20 Mbit/s of 20000 kbit/s */
export const rate = (kbit) => scaled(kbit ?? 0, ["kbit/s", "Mbit/s", "Gbit/s"], 1000);

/** 3 Mbit/s of 375000 octets a second */
export const speed = (octetsPerSecond) => rate((octetsPerSecond ?? 0) / 125);

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** 2d 3h of seconds: the two largest units */
export function duration(seconds) {
  const words = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of STEPS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count || (size === 1 && !words.length)) words.push(intl(Intl.NumberFormat, { style: "unit", unit, unitDisplay: "narrow" }).format(count));
    if (words.length === 2 || (words.length && !count)) break;
  }
  return words.join(" ");
}

/** Date and time of seconds since the epoch */
export const moment = (at) => (at ? intl(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short" }).format(at * 1000) : t("never"));

/** Date of seconds since the epoch */
export const date = (at) => (at ? intl(Intl.DateTimeFormat, { dateStyle: "medium" }).format(at * 1000) : t("never"));

/** Time of day of seconds since the epoch */
export const clock = (at) => intl(Intl.DateTimeFormat, { timeStyle: "short" }).format(at * 1000);

/** 3 minutes ago, of seconds since the epoch */
export function ago(at) {
  if (!at) return t("never");
  const past = at - Date.now() / 1000;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(past) >= step) ?? STEPS[3];
  return intl(Intl.RelativeTimeFormat, { numeric: "auto", style: "short" }).format(Math.trunc(past / size), unit);
}

const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

/** Firefox, Linux: of a User-Agent header; its beginning when it says nothing known. */
export function browser(agent) {
  const words = [BROWSERS, SYSTEMS].map((known) => known.find(([mark]) => agent?.includes(mark))?.[1]).filter(Boolean);
  return words.join(", ") || agent?.slice(0, 60) || t("unknown");
}
