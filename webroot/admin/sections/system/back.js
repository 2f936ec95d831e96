// Waiting for a box that starts anew.

import { get } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";

const LOOK_MS = 500;
const WAIT_MS = 60_000;

/** Until the box answers with a start other than `before`; raises what it says when nobody is signed in any more. */
export async function back(before) {
  for (const until = Date.now() + WAIT_MS; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const told = await get("/system").catch((error) => {
      if (error.status === 401 || error.status === 403) throw error;
    });
    if (told && told.started_at !== before) return told;
  }
  throw new Error(t("The box has not come back yet. Wait a moment, then load this page again."));
}
