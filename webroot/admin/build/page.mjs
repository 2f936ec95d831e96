// Builds the page into dist/: bundles and minifies, names files after their content, packs them, and fails where the page has grown
// too large. `node build/page.mjs`, or `make page`.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { sprite } from "./icons.mjs";
import { languages, numbered } from "./languages.mjs";
import { notices } from "./notices.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const OUT = path.join(HERE, "dist");
const MAKING = path.join(HERE, "dist.making");
const PACKED = /\.(js|css|json|svg|html)$/;
const JS_PACKED_MOST = 60 * 1024;

/** Write a file under a name that carries its fingerprint; tell the name. */
async function put(folder, name, content) {
  const { name: stem, ext } = path.parse(name);
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const file = `${folder}/${stem}-${mark}${ext}`;
  await mkdir(path.join(MAKING, folder), { recursive: true });
  await writeFile(path.join(MAKING, file), content);
  return file;
}

function speaking(files, number) {
  return {
    name: "speaking",
    setup(steps) {
      steps.onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        const own = file.startsWith(HERE) && !file.includes("node_modules");
        return own ? { contents: numbered(await readFile(file, "utf8"), number) } : undefined;
      });
      steps.onResolve({ filter: /^built:languages$/ }, ({ path: name }) => ({ path: name, namespace: "built" }));
      steps.onLoad({ filter: /.*/, namespace: "built" }, () => ({ contents: `export const LANGUAGE_FILES = ${JSON.stringify(files)};` }));
    },
  };
}

// What uPlot offers on top of what it needs itself, and the page never asks for: bars, steps, splines, joins. Left out, they are not bundled.
const UNASKED = /^uPlot\.assign = [\s\S]*(?=^export \{ uPlot as default \};)/m;

const trimmed = {
  name: "trimmed",
  setup(steps) {
    steps.onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (!UNASKED.test(text)) throw new Error("uPlot's module no longer ends as build/page.mjs expects");
      return { contents: text.replace(UNASKED, "") };
    });
  },
};

const options = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  write: true,
  metafile: true,
  outdir: path.join(MAKING, "assets"),
  target: ["chrome111", "firefox125", "safari17"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  entryNames: "[name]-[hash]",
};

const written = (result, entry) => Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === entry)[0].replace(/^.*?assets\//, "assets/");

async function styles() {
  const folder = async (name) => (await readdir(path.join(HERE, name))).filter((file) => file.endsWith(".css")).sort().map((file) => `./${name}/${file}`);
  const files = ["uplot/dist/uPlot.min.css", ...(await folder("styles")), ...(await folder("sections"))];
  const contents = files.map((file) => `@import "${file}";`).join("\n");
  const result = await build({ ...options, write: false, stdin: { contents, loader: "css", resolveDir: HERE }, entryNames: "styles" });
  return put("assets", "styles.css", result.outputFiles[0].contents);
}

async function pack(folder) {
  const sizes = [];
  for (const entry of await readdir(path.join(MAKING, folder), { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) sizes.push(...(await pack(name)));
    else if (PACKED.test(name)) {
      const packed = gzipSync(await readFile(path.join(MAKING, name)), { level: 9 });
      await writeFile(path.join(MAKING, `${name}.gz`), packed);
      sizes.push([name, packed.length]);
    }
  }
  return sizes;
}

function judge(sizes) {
  const scripts = sizes.filter(([name]) => name.endsWith(".js"));
  const total = scripts.reduce((sum, [, size]) => sum + size, 0);
  for (const [name, size] of scripts) console.log(`${String(size).padStart(7)}  ${name}`);
  console.log(`${String(total).padStart(7)}  JavaScript in all, packed; at most ${JS_PACKED_MOST}`);
  if (total > JS_PACKED_MOST) throw new Error(`the page's JavaScript is ${total} octets packed; at most ${JS_PACKED_MOST} are allowed`);
}

await rm(MAKING, { recursive: true, force: true });
const { texts, number } = await languages(HERE);
const files = Object.fromEntries(await Promise.all(Object.entries(texts).map(async ([code, text]) => [code, await put("languages", `${code}.json`, text)])));
const page = await build({ ...options, entryPoints: ["main.js"], format: "esm", plugins: [speaking(files, number), trimmed] });
const early = await build({ ...options, entryPoints: ["shell/theme.js"], format: "iife" });
const filled = {
  main: written(page, "main.js"),
  theme: written(early, "shell/theme.js"),
  css: await styles(),
  icon: await put("assets", "icon.svg", await readFile(path.join(HERE, "icon.svg"))),
  sprite: await sprite(HERE),
};
const html = (await readFile(path.join(HERE, "index.html"), "utf8")).replace(/\{(\w+)\}/g, (_, name) => filled[name]);
await writeFile(path.join(MAKING, "index.html"), html);
await writeFile(path.join(MAKING, "licences.txt"), await notices(HERE));
judge(await pack("."));
await rm(OUT, { recursive: true, force: true });
await rename(MAKING, OUT);
