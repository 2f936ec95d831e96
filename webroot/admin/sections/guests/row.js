// A guest's row, from the arrays that the box sends; what its states and ways of signing in are called.

import { t } from "../../shell/i18n.js";

/** States: their words, their look, whether somebody is online, and their rank in the order of "last seen". */
export const STATES = {
  active: () => ({ words: t("Online"), look: "good", online: true, rank: 2 }),
  idle: () => ({ words: t("Quiet"), look: "good", online: true, rank: 1 }),
  unauthenticated: () => ({ words: t("Not signed in"), look: "warn", online: false, rank: 0 }),
  offline: () => ({ words: t("Offline"), look: "quiet", online: false, rank: 0 }),
  blocked: () => ({ words: t("Blocked"), look: "bad", online: false, rank: 0 }),
};

/** Ways of signing in. */
export const KINDS = {
  voucher: () => t("Voucher"),
  free: () => t("Free"),
  email: () => t("E-mail"),
  mobile: () => t("Mobile"),
  facebook: () => t("Facebook"),
  oidc: () => t("Other account"),
  radius: () => t("RADIUS"),
  staff: () => t("By hand"),
  bypass: () => t("Without portal"),
};

/** Rows with names, of arrays with columns. `words` is what the search looks in. */
export function rowsOf(columns, arrays) {
  return arrays.map((array) => {
    const row = {};
    columns.forEach((name, index) => (row[name] = array[index]));
    row.total = row.since ? row.down + row.up : null;
    row.words = [row.mac, row.address, row.name, row.hostname, row.vendor, row.login].filter(Boolean).join(" ").toLowerCase();
    return row;
  });
}
