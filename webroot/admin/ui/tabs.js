// Parts of a section, each with an address of its own: #/portal/garden.

import { h } from "./h.js";
import { link } from "../shell/router.js";

/**
 * @param {string} section its name in the catalogue
 * @param {string} now the part that is shown
 * @param {{name: string, label: string}[]} parts the first one's name may be "" (the section's own address)
 */
export function tabs(section, now, parts) {
  const links = parts.map(({ name, label }) => h("a", { href: name ? link(section, name) : link(section), "aria-current": name === now ? "page" : null }, label));
  return h("nav.tabs", { "aria-label": parts.find((part) => part.name === now)?.label }, links);
}
