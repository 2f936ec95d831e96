// Portal: what guests see first. How the page looks and what it says, the ways to sign in, and the sites that are open to everybody.

import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { tabs } from "../ui/tabs.js";
import { editor } from "./portal/editor.js";
import { garden } from "./portal/garden.js";
import { method } from "./portal/method.js";
import { methods } from "./portal/methods.js";

/** The section. */
export default class extends Page {
  async build([part = "", name]) {
    const parts = [
      { name: "", label: t("Page") },
      { name: "methods", label: t("Signing in") },
      { name: "garden", label: t("Open sites") },
    ];
    const shown = part === "methods" ? (name ? method(this, name) : methods(this)) : part === "garden" ? garden(this) : editor(this);
    return [tabs("portal", part, parts), await shown];
  }
}
