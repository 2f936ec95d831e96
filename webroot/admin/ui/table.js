// A list that the box pages: search, order, choose rows, act on them. On a narrow screen each row becomes a card.

import { fill, h, icon } from "./h.js";
import { button, nothing, settled } from "./pieces.js";
import { failed } from "./toast.js";
import { number } from "./format.js";
import { t } from "../shell/i18n.js";

/**
 * @param {object} what
 * @param {string} what.label what the list is, for screen readers
 * @param {{key: string, title: string, cell: (row: object) => *, sort?: boolean, end?: boolean, main?: boolean}[]} what.columns `main`: the
 *     card's heading on a phone; `end`: numbers; `sort`: `key` is what the box sorts by
 * @param {(asked: {search: string, sort: string, offset: number, most: number, before: *}) => Promise<{total?: number, more?: boolean, rows: object[]}>} what.load
 *     `before`: the id of the last row shown, for lists without a total
 * @param {string} [what.search] the search field's words; without, there is none
 * @param {*} [what.filters] further controls; call `reload()` when they change
 * @param {*} [what.actions] buttons at the end of the bar
 * @param {(row: object) => *} [what.act] what a row's last cell holds
 * @param {(rows: object[]) => *} [what.chosen] buttons for the rows that are ticked; makes rows tickable
 * @param {string} what.empty what to say when there is nothing
 * @param {string} [what.sort] the order at first: "created_at", "-created_at"
 * @param {number} [what.most] rows a page
 * @returns {HTMLElement} with `reload()`, `search(text)` and `rows`
 */
export function table(what) {
  return new Listing(what).element;
}

class Listing {
  constructor(what) {
    this.what = what;
    this.most = what.most ?? 50;
    this.sort = what.sort ?? "";
    this.ticked = new Set();
    this.asked = 0;
    this.body = h("tbody", { role: "rowgroup" });
    this.headings = h("thead", { role: "rowgroup" });
    this.foot = h("div.pager");
    this.count = h("p.quiet", { role: "status" });
    this.choice = h("div.choice-bar", { hidden: true });
    this.none = h("div");
    this.element = h("div.listing", null, this.bar(), h("div.scroll", null, h("table.cards", { role: "table", "aria-label": what.label }, this.headings, this.body)), this.none, this.foot, this.choice);
    this.element.reload = () => this.load(0);
    this.element.search = (text) => ((this.input.value = text), this.load(0));
    this.head();
    this.load(0);
  }

  bar() {
    const { search, filters, actions } = this.what;
    const later = settled(() => this.load(0));
    this.input = h("input", { type: "search", placeholder: search, "aria-label": search, on: { input: later } });
    return h("div.bar-row", null, search && h("div.search", null, icon("search"), this.input), filters, this.count, actions && h("div.actions", null, actions));
  }

  head() {
    const { columns, act, chosen } = this.what;
    const ticks = chosen && h("th.tick", { role: "columnheader", scope: "col" }, h("input", { type: "checkbox", "aria-label": t("Choose all"), on: { change: (event) => this.tickAll(event.target.checked) } }));
    fill(this.headings, h("tr", { role: "row" }, ticks, columns.map((column) => this.heading(column)), act && h("th", { role: "columnheader", scope: "col" }, h("span.unseen", null, t("Actions")))));
  }

  heading({ key, title, sort, end }) {
    const way = this.sort === key ? "ascending" : this.sort === `-${key}` ? "descending" : null;
    const turn = () => {
      this.sort = this.sort === `-${key}` ? key : `-${key}`;
      this.head();
      this.load(0);
    };
    const words = sort ? h("button.sort", { type: "button", on: { click: turn } }, title, way && icon(way === "ascending" ? "arrow-up" : "arrow-down")) : title;
    return h("th", { role: "columnheader", scope: "col", class: end ? "end" : "", "aria-sort": way }, words);
  }

  async load(offset, before) {
    const mine = ++this.asked;
    this.element.setAttribute("aria-busy", "true");
    try {
      const told = await this.what.load({ search: this.input.value.trim(), sort: this.sort, offset, most: this.most, before });
      if (mine === this.asked) this.show(told, offset, before);
    } catch (error) {
      if (mine === this.asked) failed(error);
    } finally {
      if (mine === this.asked) this.element.removeAttribute("aria-busy");
    }
  }

  show(told, offset, before) {
    const { empty } = this.what;
    this.rows = before === undefined ? told.rows : [...this.rows, ...told.rows].slice(-2000);
    this.element.rows = this.rows;
    this.ticked.clear();
    fill(this.body, this.rows.map((row) => this.row(row)));
    fill(this.none, this.rows.length === 0 && nothing("inbox", this.input.value ? t("Nothing matches that.") : empty));
    fill(this.count, told.total === undefined ? "" : number(told.total));
    this.pager(told, offset);
    this.choose();
  }

  row(row) {
    const { columns, act, chosen } = this.what;
    const tick = chosen && h("td.tick", { role: "cell" }, h("input", { type: "checkbox", "aria-label": t("Choose"), on: { change: (event) => this.tick(row, event.target.checked) } }));
    const cells = columns.map((column) => h("td", { role: "cell", "data-title": column.title, class: `${column.end ? "end" : ""} ${column.main ? "main" : ""}` }, column.cell(row)));
    return h("tr", { role: "row" }, tick, cells, act && h("td.act", { role: "cell" }, act(row)));
  }

  pager({ total, more }, offset) {
    if (total === undefined) return fill(this.foot, more && button({ label: t("Show more"), act: () => this.load(0, this.rows.at(-1).id) }));
    if (total <= this.most) return fill(this.foot);
    const last = Math.min(offset + this.most, total);
    return fill(this.foot,
      button({ label: t("Back"), icon: "chevron-left", disabled: offset === 0, act: () => this.load(Math.max(0, offset - this.most)) }),
      h("span", null, t("{first}–{last} of {total}", { first: number(offset + 1), last: number(last), total: number(total) })),
      button({ label: t("Next"), icon: "chevron-right", disabled: last >= total, act: () => this.load(offset + this.most) }),
    );
  }

  tick(row, on) {
    if (on) this.ticked.add(row);
    else this.ticked.delete(row);
    this.choose();
  }

  tickAll(on) {
    for (const box of this.body.querySelectorAll("td.tick input")) box.checked = on;
    this.ticked = new Set(on ? this.rows : []);
    this.choose();
  }

  choose() {
    if (!this.what.chosen) return;
    this.choice.hidden = this.ticked.size === 0;
    fill(this.choice, h("strong", null, t("Chosen: {count}", { count: number(this.ticked.size) })), this.what.chosen([...this.ticked]));
  }
}

