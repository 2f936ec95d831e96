// The sections, in the order of the menu. One line each: its name in the address, its title, its icon (lucide's name), who may see
// it, where its module is. `group` starts a new block of the menu; `hidden` keeps it out of the menu.

import { t } from "../shell/i18n.js";

const OWNER = ["owner"];
const STAFF = ["owner", "front-desk"];

export const SECTIONS = [
  { name: "overview", title: () => t("Overview"), icon: "gauge", roles: OWNER, load: () => import("./overview.js") },
  { name: "guests", title: () => t("Guests"), icon: "users", roles: OWNER, load: () => import("./guests.js") },
  { name: "vouchers", title: () => t("Vouchers"), icon: "ticket", roles: STAFF, load: () => import("./vouchers.js") },
  { name: "users", title: () => t("Users"), icon: "contact", roles: OWNER, load: () => import("./users.js") },
  { name: "log", title: () => t("Login log"), icon: "scroll-text", roles: OWNER, load: () => import("./log.js") },
  { name: "portal", title: () => t("Portal"), icon: "monitor-smartphone", roles: OWNER, group: true, load: () => import("./portal.js") },
  { name: "network", title: () => t("Network"), icon: "network", roles: OWNER, load: () => import("./network.js") },
  { name: "firewall", title: () => t("Firewall"), icon: "shield", roles: OWNER, load: () => import("./firewall.js") },
  { name: "integrations", title: () => t("Integrations"), icon: "plug", roles: OWNER, load: () => import("./integrations.js") },
  { name: "system", title: () => t("System"), icon: "server", roles: OWNER, load: () => import("./system.js") },
  { name: "people", title: () => t("People"), icon: "user-cog", roles: OWNER, group: true, load: () => import("./people.js") },
  { name: "audit", title: () => t("Audit trail"), icon: "history", roles: OWNER, load: () => import("./audit.js") },
  { name: "account", title: () => t("Your account"), icon: "circle-user", roles: STAFF, hidden: true, load: () => import("./account.js") },
];
