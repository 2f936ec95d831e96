// The page's own modules, as text.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const FOLDERS = [".", "access", "sections", "shell", "ui"];

/** [{name, text}] of every module that is part of the page. */
export async function sources(root) {
  const found = [];
  for (const folder of FOLDERS) {
    for (const file of (await readdir(path.join(root, folder))).filter((name) => name.endsWith(".js")).sort()) {
      const name = path.join(folder, file);
      found.push({ name, text: await readFile(path.join(root, name), "utf8") });
    }
  }
  return found;
}
