// Builds the page into dist/: bundles and minifies, names files after their content, packs them, and fails where the page has grown
// too large. `node build/page.mjs`, or `make page`.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { minify } from "terser";
import { sprite } from "./icons.mjs";
import { languages, numbered } from "./languages.mjs";
import { notices } from "./notices.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const OUT = path.join(HERE, "dist");
const MAKING = path.join(HERE, "dist.making");
const PACKED = /\.(js|css|json|svg|html)$/;
const JS_PACKED_MOST = 60_000;

/** Write a file under a name that carries its fingerprint; tell the name. */
async function put(folder, name, content) {
  const { name: stem, ext } = path.parse(name);
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const file = `${folder}/${stem}-${mark}${ext}`;
  await mkdir(path.join(MAKING, folder), { recursive: true });
  await writeFile(path.join(MAKING, file), content);
  return file;
}

/** Everything is in one file, so `import()` has nothing to wait for; imported at once, the modules share one scope and pack better. */
function atOnce(text) {
  const imports = [];
  const rest = text.replace(/\bimport\("(\.[^"]+)"\)/g, (_, file) => `Promise.resolve(late${imports.push(file) - 1})`);
  return imports.map((file, index) => `import * as late${index} from "${file}";\n`).join("") + rest;
}

/** Sentences become numbers; `built:languages` says where the lists are. */
function speaking(files, number) {
  return {
    name: "speaking",
    setup(steps) {
      steps.onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
        if (!file.startsWith(HERE) || file.includes("node_modules")) return undefined;
        return { contents: numbered(atOnce(await readFile(file, "utf8")), number) };
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
  write: false,
  outdir: MAKING,
  target: ["chrome111", "firefox125", "safari17"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

/** A bundle as small as it gets: terser takes off another few per cent of what esbuild leaves. */
async function script(entry, format, plugins = []) {
  const result = await build({ ...options, entryPoints: [entry], format, plugins });
  const { code } = await minify(result.outputFiles[0].text, { module: format === "esm", ecma: 2022, compress: { passes: 3, unsafe_arrows: true }, format: { comments: false } });
  return put("assets", path.basename(entry), code);
}

async function styles() {
  const folder = async (name) => (await readdir(path.join(HERE, name))).filter((file) => file.endsWith(".css")).sort().map((file) => `./${name}/${file}`);
  const files = ["uplot/dist/uPlot.min.css", ...(await folder("styles")), ...(await folder("sections"))];
  const contents = files.map((file) => `@import "${file}";`).join("\n");
  const result = await build({ ...options, stdin: { contents, loader: "css", resolveDir: HERE } });
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
const filled = {
  main: await script("main.js", "esm", [speaking(files, number), trimmed]),
  theme: await script("shell/theme.js", "iife"),
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
