// A voucher as guests get it: network, code, what it is good for, and a QR code that signs in.

import { post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { h } from "../../ui/h.js";
import { limits, validFor } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

/** {title, ssid, rows} of these vouchers. @param {{ids?: number[], batch?: string}} which */
export const cards = (which) => post("/vouchers/cards", which);

/** One card as an element. */
export function ticket({ title, ssid }, row) {
  const code = (words, text) => h("div", null, h("small", null, words), h("strong.mono", null, text));
  return h("article.ticket", null,
    h("div", null,
      h("h3", null, title),
      ssid && h("p", null, t("Wi-Fi: {name}", { name: ssid })),
      row.single ? code(t("Code"), row.username) : [code(t("User name"), row.username), code(t("Passcode"), row.passcode)],
      h("p.good-for", null, [validFor(row.valid_for), limits(row)].filter(Boolean).join(" · ")),
    ),
    row.qr && qr(row.qr),
  );
}

function qr({ size, path }) {
  const side = size + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "qr");
  svg.setAttribute("viewBox", `-${QUIET} -${QUIET} ${side} ${side}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", t("QR code to sign in with"));
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
