// System: the machine and its services, backup and restore, the daemon's log.

import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { tabs } from "../ui/tabs.js";
import { backup } from "./system/backup.js";
import { box } from "./system/box.js";
import { logs } from "./system/logs.js";

/** The section. */
export default class extends Page {
  async build([part = ""]) {
    const parts = [{ name: "", label: t("This box") }, { name: "backup", label: t("Backup") }, { name: "logs", label: t("Log") }];
    return [tabs("system", part, parts), await ({ backup, logs }[part] ?? box)(this)];
  }
}
