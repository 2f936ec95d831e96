// Fields for amounts that people say in different units: "3 hours", "2 GB", "10 Mbit/s". What is sent is always in the smallest.

import { field } from "./form.js";
import { h } from "./h.js";
import { t } from "../shell/i18n.js";

/** Units by what they measure: [words, size] each, the usual one first. */
const UNITS = {
  s: () => [[t("hours"), 3600], [t("days"), 86400], [t("minutes"), 60], [t("seconds"), 1]],
  mb: () => [["MB", 1], ["GB", 1024], ["TB", 1048576]],
  kbit: () => [["Mbit/s", 1000], ["kbit/s", 1]],
};

/**
 * A field for `form`.
 * @param {object} what as for `field`; besides `of`: "s", "mb" or "kbit", in which `value`, `least` and `most` are and what is read is too,
 *     and `none`: what it means when it is empty, which is read as 0
 */
export function amount({ of, value, none, least, most, ...rest }) {
  const units = UNITS[of]();
  const fits = units.filter(([, size]) => value && value % size === 0).sort(([, one], [, other]) => other - one);
  const [, size] = fits[0] ?? units[0];
  const unit = h("select", { "aria-label": `${rest.label}: ${t("unit")}`, value: size }, units.map(([words, each]) => h("option", { value: each, selected: each === size }, words)));
  const row = field({ ...rest, type: "number", min: 0, step: "any", inputmode: "decimal", placeholder: none, required: !none, value: value ? value / size : none ? "" : value, unit });
  row.element.classList.add("amount");
  const { read, check } = row;
  row.read = () => Math.round((read() ?? 0) * Number(unit.value));
  row.check = () => {
    if (!check()) return false;
    const now = row.read();
    if (now === 0 && none) return true;
    const wrong = now < least ? t("At least {least}.", { least: said(least, unit) }) : now > most ? t("At most {most}.", { most: said(most, unit) }) : "";
    row.error(wrong);
    return !wrong;
  };
  return row;
}

const said = (value, unit) => `${Math.round((value / Number(unit.value)) * 100) / 100} ${unit.selectedOptions[0].textContent}`;
