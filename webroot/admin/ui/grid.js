// A list of many thousand rows of which only those on the screen exist. Rows are known by `key`, have one height, and scroll with the
// page; the heading stays. A row that did not change is moved, not built anew, so that live updates cost what changed.

import { fill, h, icon } from "./h.js";
import { nothing } from "./pieces.js";
import { t } from "../shell/i18n.js";

const BEYOND = 8;

/**
 * @param {object} what
 * @param {string} what.label what the list is
 * @param {(row) => string} what.key
 * @param {{name: string, title: string, cell: (row) => *, sort?: (a, b) => number, end?: boolean}[]} what.columns `name` is also the
 *     cell's class; `sort` orders ascending
 * @param {(row) => *} what.act what the last cell holds
 * @param {(row) => string} what.title a row in a word, for screen readers
 * @param {(row) => void} what.open a click on the row
 * @param {() => void} what.ticked called when the choice has changed
 * @param {string} what.empty
 */
export class Grid extends HTMLElement {
  constructor(what) {
    super();
    this.what = what;
    this.rows = [];
    this.order = what.order ?? { name: what.columns[0].name, down: false };
    this.chosen = new Set();
    this.drawn = new Map();
    this.body = h("div.grid-body", { role: "rowgroup" });
    this.heading = h("div.grid-head", { role: "rowgroup" });
    this.none = h("div");
    this.table = h("div.grid", { role: "table", "aria-label": what.label }, this.heading, this.body);
  }

  connectedCallback() {
    this.ending = new AbortController();
    const { signal } = this.ending;
    fill(this, this.table, this.none);
    let asked = 0;
    const later = () => (asked ||= requestAnimationFrame(() => ((asked = 0), this.draw())));
    addEventListener("scroll", later, { signal, passive: true });
    addEventListener("resize", later, { signal });
    this.body.addEventListener("keydown", (event) => this.move(event), { signal });
    this.head();
  }

  disconnectedCallback() {
    this.ending.abort();
    this.drawn.clear();
  }

  /** Show these rows, in the grid's order. */
  show(rows) {
    this.all = rows;
    const column = this.what.columns.find((each) => each.name === this.order.name);
    const way = this.order.down ? -1 : 1;
    this.rows = [...rows].sort((a, b) => way * column.sort(a, b));
    const keys = new Set(rows.map(this.what.key));
    for (const key of this.chosen) if (!keys.has(key)) this.chosen.delete(key);
    fill(this.none, rows.length === 0 && nothing("inbox", this.what.empty()));
    this.table.hidden = rows.length === 0;
    this.table.setAttribute("aria-rowcount", rows.length + 1);
    this.draw();
    this.count();
  }

  head() {
    const all = h("input", { type: "checkbox", "aria-label": t("Choose all"), on: { change: (event) => this.tickAll(event.target.checked) } });
    this.allBox = all;
    fill(this.heading, h("div.grid-row", { role: "row", "aria-rowindex": 1 }, h("div.tick", { role: "columnheader" }, all), this.what.columns.map((column) => this.columnHead(column)), h("div.act", { role: "columnheader" }, h("span.unseen", null, t("Actions")))));
  }

  columnHead({ name, title, sort, end }) {
    const mine = this.order.name === name;
    const turn = () => {
      this.order = { name, down: mine && !this.order.down };
      this.head();
      this.show(this.all ?? []);
      this.heading.querySelector(`.${name} button`)?.focus();
    };
    const words = sort ? h("button.sort", { type: "button", on: { click: turn } }, title, mine && icon(this.order.down ? "arrow-down" : "arrow-up")) : title;
    return h("div", { role: "columnheader", class: `${name} ${end ? "end" : ""}`, "aria-sort": mine ? (this.order.down ? "descending" : "ascending") : null }, words);
  }

  get height() {
    return parseFloat(getComputedStyle(this.body).getPropertyValue("--row-height")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  draw() {
    if (!this.isConnected) return;
    const height = this.height;
    this.body.style.height = `${this.rows.length * height}px`;
    const top = this.body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / height) - BEYOND);
    const last = Math.min(this.rows.length, Math.ceil((innerHeight - top) / height) + BEYOND);
    const kept = new Set();
    for (let index = first; index < last; index += 1) kept.add(this.place(index, height));
    for (const [key, drawn] of this.drawn) if (!kept.has(key)) this.drop(key, drawn);
  }

  drop(key, { element }) {
    if (element.contains(document.activeElement)) return;
    element.remove();
    this.drawn.delete(key);
  }

  place(index, height) {
    const row = this.rows[index];
    const key = this.what.key(row);
    let drawn = this.drawn.get(key);
    if (!drawn) {
      drawn = { element: h("div.grid-row", { role: "row", on: { click: (event) => this.clicked(event, key) } }) };
      this.drawn.set(key, drawn);
      this.body.append(drawn.element);
    }
    const { element } = drawn;
    if (drawn.row !== row && !element.querySelector(":popover-open")) this.write(drawn, row, key);
    element.style.transform = `translateY(${index * height}px)`;
    element.setAttribute("aria-rowindex", index + 2);
    drawn.index = index;
    return key;
  }

  write(drawn, row, key) {
    const { element } = drawn;
    const at = [...element.querySelectorAll("button, input")].indexOf(document.activeElement);
    const tick = h("input", { type: "checkbox", checked: this.chosen.has(key), "aria-label": t("Choose {name}", { name: this.what.title(row) }), on: { change: (event) => this.tick(key, event.target.checked) } });
    fill(element, h("div.tick", { role: "cell" }, tick), this.what.columns.map((column) => h("div", { role: "cell", class: `${column.name} ${column.end ? "end" : ""}` }, column.cell(row))), h("div.act", { role: "cell" }, this.what.act(row)));
    drawn.row = row;
    if (at >= 0) element.querySelectorAll("button, input")[at]?.focus({ preventScroll: true });
  }

  clicked(event, key) {
    if (event.target.closest("button, input, a, .menu, .tick")) return;
    this.what.open(this.drawn.get(key).row);
  }

  /** Arrow keys go from row to row and stay on the same control. */
  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = [...this.drawn.values()].find(({ element }) => element.contains(event.target));
    if (!step || !from || event.target.closest(".menu")) return;
    const index = from.index + step;
    if (index < 0 || index >= this.rows.length) return;
    event.preventDefault();
    const at = [...from.element.querySelectorAll("button, input")].indexOf(event.target);
    this.reach(index);
    const to = this.drawn.get(this.what.key(this.rows[index]));
    to?.element.querySelectorAll("button, input")[at]?.focus({ preventScroll: true });
  }

  /** Scroll so far that this row is on the screen. */
  reach(index) {
    const { height } = this;
    const top = this.body.getBoundingClientRect().top + index * height;
    const upper = 2 * height + 60;
    const lower = innerHeight - 2 * height;
    if (top < upper) scrollBy(0, top - upper);
    else if (top > lower) scrollBy(0, top - lower);
    this.draw();
  }

  tick(key, on) {
    if (on) this.chosen.add(key);
    else this.chosen.delete(key);
    this.count();
  }

  tickAll(on) {
    this.chosen = new Set(on ? this.rows.map(this.what.key) : []);
    for (const [key, { element }] of this.drawn) element.querySelector(".tick input").checked = this.chosen.has(key);
    this.count();
  }

  count() {
    this.allBox.checked = this.rows.length > 0 && this.chosen.size === this.rows.length;
    this.allBox.indeterminate = this.chosen.size > 0 && this.chosen.size < this.rows.length;
    this.what.ticked();
  }
}

customElements.define("r-grid", Grid);
