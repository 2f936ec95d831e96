// Network: the box's interfaces, the guest networks with their addresses and speeds, and who has which address.

import { get } from "../shell/api.js";
import { t } from "../shell/i18n.js";
import { Page } from "../shell/page.js";
import { link } from "../shell/router.js";
import { tabs } from "../ui/tabs.js";
import { guest } from "./network/guest.js";
import { leases } from "./network/leases.js";
import { overview } from "./network/overview.js";

const ANEW_S = 15;

/** The section. */
export default class extends Page {
  async build([part = "", name]) {
    if (!this.told) this.every(ANEW_S, () => !this.path.length && !this.contains(document.activeElement) && this.refresh());
    this.told = await get("/network", {}, this.signal);
    const parts = [{ name: "", label: t("Interfaces") }, { name: "leases", label: t("Addresses") }, ...this.told.guests.map((each) => ({ name: `guest/${each.name}`, label: each.title || each.name }))];
    const bar = tabs("network", name ? `${part}/${name}` : part, parts);
    for (const one of bar.children) one.href = one.href.replace("%2F", "/");
    const chosen = part === "guest" && this.told.guests.find((each) => each.name === name);
    const shown = chosen ? guest(this, chosen) : part === "leases" ? leases(this, this.told) : overview(this, this.told, (each) => link("network", "guest", each.name));
    return [bar, await shown];
  }
}
