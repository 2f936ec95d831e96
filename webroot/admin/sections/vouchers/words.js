// How a voucher and what is in it are said.

import { language, t } from "../../shell/i18n.js";
import { duration, number, octets, rate } from "../../ui/format.js";
import { h } from "../../ui/h.js";
import { badge } from "../../ui/pieces.js";

/** State to the badge's kind and its words. */
export const STATES = () => ({
  unused: ["info", t("Unused")],
  later: ["quiet", t("Not yet valid")],
  active: ["good", t("In use")],
  expired: ["quiet", t("Expired")],
});

export const stateOf = ({ state }) => badge(...STATES()[state]);

/** How long a voucher lasts. */
export const validity = (seconds) => (seconds === null ? t("No end") : duration(seconds));

/** "2 days" of the words that the box knows validities by. */
export function validFor(words) {
  const [, count, unit] = /^(\d+) (hour|day)/.exec(words) ?? [];
  return count ? new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(count) : t("No end");
}

/** Code, and the passcode when there is one. */
export const named = (row) => h("div", null, h("span.mono", null, row.username), !row.single && h("small.mono", null, row.passcode));

/** Data, speed and devices, where they are limited. */
export const limits = (row) =>
  [
    data(row.down_limit_mb, "↓"),
    data(row.up_limit_mb, "↑"),
    row.down_kbit > 0 && `↓ ${rate(row.down_kbit)}`,
    row.up_kbit > 0 && `↑ ${rate(row.up_kbit)}`,
    row.devices > 1 && t("{count} devices", { count: number(row.devices) }),
  ].filter(Boolean).join(" · ");

const data = (mb, arrow) => mb > 0 && `${arrow} ${octets(mb * 1048576)}`;
