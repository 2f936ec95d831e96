// Dialogs: a question, or a form. Escape and the backdrop close them, and the focus goes back to where it was.

import { fresh, h, icon } from "./h.js";
import { form } from "./form.js";
import { t } from "../shell/i18n.js";

/**
 * A dialog with any content.
 * @param {{title: string, body: *, wide?: boolean}} what `body`: content, or a function of `close(value)` that makes it
 * @returns {Promise<*>} what it was closed with; undefined when it was dismissed
 */
export function dialog({ title, body, wide }) {
  return new Promise((resolve) => {
    const id = fresh("dialog");
    let value;
    const close = (chosen) => {
      value = chosen;
      box.close();
    };
    const shut = h("button.plain.round", { type: "button", "aria-label": t("Close"), on: { click: () => close() } }, icon("x"));
    const box = h("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" }, h("header", null, h("h2", { id }, title), shut), typeof body === "function" ? body(close) : body);
    box.addEventListener("click", (event) => event.target === box && close());
    box.addEventListener("close", () => {
      box.remove();
      resolve(value);
    });
    document.body.append(box);
    box.showModal();
    box.querySelector("[autofocus], input:not([type=hidden]), select, textarea, footer button")?.focus();
  });
}

/** A question. `text`: what will happen; `yes`: the button's words. @returns {Promise<boolean>} */
export async function ask({ title, text, yes, danger }) {
  const answer = await dialog({
    title,
    body: (close) => [
      h("p", null, text),
      h("footer", null,
        h("button", { type: "button", on: { click: () => close(false) } }, t("Cancel")),
        h("button.primary", { type: "button", autofocus: true, class: danger ? "danger" : "", on: { click: () => close(true) } }, yes),
      ),
    ],
  });
  return answer === true;
}

/**
 * A form in a dialog, which closes when `submit` has succeeded.
 * @param {{title: string, text?: string, fields: object[], button: string, submit: (values: object) => Promise<*>, danger?: boolean}} what
 *     as for `form`
 * @returns {Promise<*>} what `submit` returned (true when that is nothing); undefined when dismissed
 */
export function formDialog({ title, text, fields, button, submit, danger }) {
  return dialog({
    title,
    body: (close) => [
      text && h("p", null, text),
      form({
        fields,
        button,
        danger,
        cancel: () => close(),
        submit: async (values) => close((await submit(values)) ?? true),
      }),
    ],
  });
}
