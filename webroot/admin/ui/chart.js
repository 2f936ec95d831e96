// Charts over time, drawn by uPlot on a canvas, with the same figures as a table for those who do not see them.

import uPlot from "uplot";
import { language, t } from "../shell/i18n.js";
import { fill, h } from "./h.js";

const HEIGHT = 200;
const DAY_S = 86_400;
const STEPS = [1, 2, 5].flatMap((step) => Array.from({ length: 10 }, (_, power) => step * 10 ** power)).sort((a, b) => a - b);

/**
 * A chart that follows the width of its place, the theme and the pointer.
 *
 * @param {object} what
 * @param {string} what.label what it shows
 * @param {{label: string, color: string}[]} what.series lines; `color` is the name of a token of 1-tokens.css: "down"
 * @param {(value: number) => string} what.words a value as people read it
 * @param {boolean} what.days it shows the last 31 days, not the last 24 hours
 * @param {number} what.least the value that the axis reaches at least
 * @param {number} [what.height] px
 * @returns {HTMLElement} with `show(at, ...values)`: equally long lists, seconds since the epoch first
 */
export function chart(what) {
  return new Chart(what);
}

class Chart extends HTMLElement {
  constructor(what) {
    super();
    this.what = what;
    this.data = null;
  }

  connectedCallback() {
    this.ending = new AbortController();
    const { signal } = this.ending;
    this.place = h("div.plot", { dir: "ltr", "aria-hidden": "true" });
    this.legend = h("p.legend");
    this.table = h("details", null, h("summary", null, t("Show as a table")));
    this.table.addEventListener("toggle", () => this.table.open && this.tabulate(), { signal });
    fill(this, this.legend, this.place, this.table);
    this.size = new ResizeObserver(() => this.plot?.setSize(this.measure()));
    this.size.observe(this);
    document.addEventListener("theme", () => this.draw(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), { signal });
    this.draw();
  }

  disconnectedCallback() {
    this.ending.abort();
    this.size.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  show(...data) {
    const fresh = !this.data;
    this.data = data;
    if (fresh || !this.plot) this.draw();
    else this.plot.setData(data);
    this.point(null);
    if (this.table?.open) this.tabulate();
  }

  measure() {
    return { width: Math.max(120, this.place.clientWidth), height: this.what.height ?? HEIGHT };
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    if (this.data && this.isConnected) this.plot = new uPlot(this.options(), this.data, this.place);
  }

  options() {
    const look = getComputedStyle(this);
    const color = (name) => look.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: color("quiet"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    const clock = new Intl.DateTimeFormat(language(), this.what.days ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" });
    return {
      ...this.measure(),
      legend: { show: false },
      padding: [12, 8, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { range: () => [Date.now() / 1000 - DAY_S * (this.what.days ? 31 : 1), Date.now() / 1000] }, y: { range: (_, __, most) => [0, Math.max(this.what.least, (most ?? 0) * 1.1)] } },
      axes: [
        { ...axis, size: 28, grid: { show: false }, space: 70, values: (_, splits) => splits.map((at) => clock.format(at * 1000)) },
        { ...axis, size: 72, space: 40, incrs: STEPS, grid: { stroke: color("line"), width: 1 }, values: (_, splits) => splits.map((value) => (value ? this.what.words(value) : "0")) },
      ],
      series: [{}, ...this.what.series.map((line) => ({ stroke: color(line.color), fill: `${color(line.color)}1c`, width: 2, points: { show: false }, spanGaps: false }))],
      hooks: { setCursor: [(plot) => this.point(plot.cursor.idx)] },
    };
  }

  /** Values beside the names of the lines: those under the pointer, else the last ones. */
  point(index) {
    const [at, ...lines] = this.data ?? [[]];
    const here = index ?? at.length - 1;
    if (here < 0) return fill(this.legend, h("span.quiet", null, t("Nothing recorded yet.")));
    const words = this.what.series.map((line, number) => h("span", null, h("i", { style: { background: `var(--${line.color})` } }), `${line.label} `, h("strong", null, this.what.words(lines[number][here] ?? 0))));
    return fill(this.legend, words, h("span.quiet", null, this.when(at[here])));
  }

  when(at) {
    return new Intl.DateTimeFormat(language(), { dateStyle: this.what.days ? "medium" : undefined, timeStyle: "short" }).format(at * 1000);
  }

  tabulate() {
    const [at, ...lines] = this.data ?? [[]];
    const step = Math.max(1, Math.ceil(at.length / 24));
    const picked = at.map((_, index) => index).filter((index) => index % step === 0);
    const rows = picked.map((index) => h("tr", null, h("th", { scope: "row" }, this.when(at[index])), lines.map((line) => h("td.end", null, this.what.words(mean(line, index, step))))));
    const head = h("tr", null, h("th", { scope: "col" }, t("Time")), this.what.series.map((line) => h("th.end", { scope: "col" }, line.label)));
    this.table.querySelector(".scroll")?.remove();
    this.table.append(h("div.scroll", { tabindex: 0, role: "region", "aria-label": this.what.label }, h("table", null, h("caption.unseen", null, this.what.label), h("thead", null, head), h("tbody", null, rows))));
  }
}

function mean(line, from, step) {
  const values = line.slice(from, from + step).filter((value) => value !== null);
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

customElements.define("r-chart", Chart);
