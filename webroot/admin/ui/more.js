// Fields that few need, folded away at the end of a form; they open by themselves when one of them is wrong.

import { h } from "./h.js";
import { t } from "../shell/i18n.js";

/** Fold the fields of these names of a form away. @returns {HTMLFormElement} the form */
export function fold(form, names, words = t("More settings")) {
  const inner = names.map((name) => form.querySelector(`[name="${name}"]`)?.closest("form > *")).filter(Boolean);
  if (!inner.length) return form;
  const box = h("details.more", null, h("summary", null, words));
  box.append(h("div", null, inner));
  form.querySelector(":scope > .error").before(box);
  for (const input of box.querySelectorAll("input, select, textarea")) {
    input.focus = (options) => {
      box.open = true;
      HTMLElement.prototype.focus.call(input, options);
    };
  }
  return form;
}
