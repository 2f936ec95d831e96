// The icons that the sources name, and no others, as one sprite of symbols for the page. A name given to `icon` or as `icon:` must be
// lucide's; any other word in quotes counts when lucide has it and it has a hyphen, or its line speaks of an icon, a sign or a tile.

import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { sources } from "./sources.mjs";

const MUST = /\b(?:icon|nothing)\("([\w-]+)"|\bicon: "([\w-]+)"/g;
const MAY = /"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"/g;
const SPEAKS = /icon|sign|tile/i;

/** `<svg>` with a symbol i-NAME for each icon. */
export async function sprite(root) {
  const names = new Set();
  for (const { text } of await sources(root)) {
    for (const [, called, given] of text.matchAll(MUST)) names.add(called ?? given);
    for (const line of text.split("\n")) {
      for (const [, name] of line.matchAll(MAY)) if ((name.includes("-") || SPEAKS.test(line)) && (await exists(root, name))) names.add(name);
    }
  }
  const symbols = await Promise.all([...names].sort().map((name) => symbol(root, name)));
  return `<svg width="0" height="0" hidden>${symbols.join("")}</svg>`;
}

const file = (root, name) => path.join(root, "node_modules/lucide-static/icons", `${name}.svg`);
const exists = (root, name) => access(file(root, name)).then(() => true, () => false);

async function symbol(root, name) {
  const text = await readFile(file(root, name), "utf8").catch(() => {
    throw new Error(`lucide has no icon "${name}"`);
  });
  const inside = text.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${inside}</symbol>`;
}
