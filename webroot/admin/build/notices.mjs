// The licence notices of what is inside the built page.

import { readFile } from "node:fs/promises";
import path from "node:path";

const CARRIED = ["uplot", "lucide-static"];

/** One text: each package's name, version and licence. */
export async function notices(root) {
  const texts = CARRIED.map(async (name) => {
    const folder = path.join(root, "node_modules", name);
    const { version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${(await readFile(path.join(folder, "LICENSE"), "utf8")).trim()}\n`;
  });
  return `The admin page contains parts of these packages.\n\n${(await Promise.all(texts)).join(`\n${"-".repeat(72)}\n\n`)}`;
}
