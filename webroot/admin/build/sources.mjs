// The page's own modules, as text.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const FOLDERS = ["access", "sections", "shell", "ui"];

/** [{name, text}] of every module that is part of the page. */
export async function sources(root) {
  const lists = FOLDERS.map(async (folder) => (await readdir(path.join(root, folder), { recursive: true })).map((file) => path.join(folder, file)));
  const names = ["main.js", ...(await Promise.all(lists)).flat()].filter((name) => name.endsWith(".js")).sort();
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(path.join(root, name), "utf8") })));
}
