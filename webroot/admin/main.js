// Starts the page: which language, who is signed in, and so whether the wizard, the sign-in or the sections are shown.

import { get, onSignedOut } from "./shell/api.js";
import { Frame } from "./shell/frame.js";
import { preferred, remember, speak } from "./shell/i18n.js";
import { forget, load } from "./shell/session.js";
import { fill, h, icon } from "./ui/h.js";
import { toasts } from "./ui/toast.js";
import { t } from "./shell/i18n.js";

const root = h("div.root");

async function start() {
  try {
    const me = await load();
    if (me.person.language && me.person.language !== document.documentElement.lang) {
      remember(me.person.language);
      await speak(me.person.language);
    }
    fill(root, new Frame());
  } catch (error) {
    if (error.status === 401) await enter();
    else unreachable(error);
  }
}

async function enter() {
  forget();
  const setup = await get("/setup");
  const { Setup, SignIn } = await import("./access/access.js");
  fill(root, setup.open ? new Setup(setup, start) : new SignIn(start));
}

function unreachable(error) {
  const again = h("button.primary", { on: { click: start } }, t("Try again"));
  fill(root, h("main.gate", null, h("div.card.failed", { role: "alert" }, icon("wifi-off"), h("p", null, error.message), again)));
}

onSignedOut(() => root.querySelector("r-frame") && enter().catch(unreachable));
document.addEventListener("signed-out", () => enter().catch(unreachable));
document.addEventListener("language", () => start());

document.body.append(root, toasts);
speak(preferred()).catch(() => {}).then(start);
