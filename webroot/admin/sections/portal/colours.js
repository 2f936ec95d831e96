// The brand's colours. What would be hard to read the portal mends by itself; the hint says so before.

import { t } from "../../shell/i18n.js";
import { fill, fresh, h, icon } from "../../ui/h.js";
import { number } from "../../ui/format.js";

const CARD = "#ffffff";
const OWN = { accent: "#0b5cad", page: "#f2f5f9", text: "#17212e" };
const TEXT_LEAST = 4.5;
const PART_LEAST = 3;

/** Three colours with a way back to the portal's own. */
export function colours(brand, set) {
  const names = { accent: t("Buttons and links"), page: t("Behind the page"), text: t("Text") };
  const hint = h("p.help", { role: "status" });
  const judge = () => fill(hint, said({ ...OWN, ...Object.fromEntries(Object.keys(OWN).filter((name) => brand[name]).map((name) => [name, brand[name]])) }));
  const one = (name) => {
    const id = fresh(name);
    const input = h("input", { type: "color", id, name, value: brand[name] || OWN[name] });
    const own = h("button.plain.round", { type: "button", "aria-label": `${names[name]}: ${t("the portal's own")}`, title: t("the portal's own"), hidden: !brand[name] }, icon("rotate-ccw"));
    const take = (value) => {
      brand[name] = value;
      own.hidden = !value;
      set(name, value);
      judge();
    };
    input.addEventListener("input", () => take(input.value));
    own.addEventListener("click", () => {
      input.value = OWN[name];
      take("");
      input.focus();
    });
    return h("div.field", null, h("label", { for: id }, names[name]), h("div.swatch", null, input, own));
  };
  judge();
  return h("div.colours", null, h("div.row", null, Object.keys(OWN).map(one)), hint);
}

function said({ accent, text }) {
  const [button, words] = [contrast(accent, CARD), contrast(text, CARD)];
  if (words < TEXT_LEAST) return t("The text is hard to read (contrast {now}, needed {least}): the portal makes it darker.", { now: number(words, 1), least: number(TEXT_LEAST, 1) });
  if (button < PART_LEAST) return t("Buttons are hard to see (contrast {now}, needed {least}): the portal makes them darker.", { now: number(button, 1), least: PART_LEAST });
  return t("Everything is easy to read. In the dark, the portal keeps the colour of the buttons alone.");
}

// WCAG 2.2, "contrast ratio" and "relative luminance"
function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
