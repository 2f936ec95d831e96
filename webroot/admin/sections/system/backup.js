// The whole box in one file, and back out of it: choose the file, see what it holds and what would happen, only then restore.

import { get, post, remove, upload } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { dialog } from "../../ui/dialog.js";
import { form } from "../../ui/form.js";
import { moment, number, octets, percent } from "../../ui/format.js";
import { fill, h, icon } from "../../ui/h.js";
import { follow } from "../../ui/jobs.js";
import { button, card, facts } from "../../ui/pieces.js";
import { failed } from "../../ui/toast.js";
import { back } from "./back.js";

const PIECE = 4 << 20;

const secret = (name, label, rest) => ({ name, label, type: "password", autocomplete: "new-password", required: true, minlength: 10, maxlength: 200, ...rest });

/** The part of the section. */
export const backup = () => h("div.columns", null, keep(), restore());

function keep() {
  const made = form({
    fields: [secret("passphrase", t("Passphrase"), { help: t("Encrypts the file. Without it nobody can use the backup, not even you: write it down.") }), secret("again", t("Passphrase again"))],
    button: t("Make a backup"),
    submit: async ({ passphrase, again }) => {
      if (passphrase !== again) throw Object.assign(new Error(t("This is not the same passphrase.")), { field: "again" });
      const { job } = await post("/system/backup", { passphrase });
      made.reset();
      await follow(job, { title: t("Backup"), save: true });
    },
  });
  return card({ title: t("Backup"), text: t("One encrypted file with everything: vouchers, people, logs, settings, keys, pictures.") }, made);
}

function restore() {
  const made = form({
    fields: [{ name: "file", label: t("Backup file"), type: "file", required: true, accept: ".routerd" }, secret("passphrase", t("Its passphrase"), { autocomplete: "off" })],
    button: t("Look inside"),
    submit: async ({ file, passphrase }) => {
      if (!(await sent(file))) return;
      const told = await post("/system/restore/check", { passphrase });
      if (!(await agreed(told))) await remove("/system/restore");
      else await begin(passphrase);
      made.reset();
    },
  });
  return card({ title: t("Restore"), text: t("The box becomes what it was when the backup was made. You see what is inside before anything changes.") }, made);
}

/** Send a file in pieces, with its progress and a way out. @returns {Promise<boolean>} whether all of it was sent */
async function sent(file) {
  const bar = h("progress", { "aria-label": t("Sending the file"), max: file.size, value: 0 });
  const words = h("p", { role: "status" });
  let all = false;
  const send = async (close) => {
    try {
      for (let at = 0; at < file.size && bar.isConnected; at += PIECE) {
        await upload(`/system/restore/upload/${at}`, file.slice(at, at + PIECE, "application/octet-stream"));
        bar.value = Math.min(at + PIECE, file.size);
        fill(words, percent(bar.value / file.size));
      }
      all = bar.isConnected;
    } catch (error) {
      failed(error);
    }
    close();
  };
  await dialog({
    title: t("Sending the file"),
    body: (close) => {
      setTimeout(() => send(close));
      return [words, bar, h("footer", null, button({ label: t("Cancel"), act: () => close() }))];
    },
  });
  if (!all) await remove("/system/restore");
  return all;
}

const CONFIGURATIONS = {
  same: () => t("the same as now"),
  restored: () => t("replaced by the backup's"),
  kept: () => t("stays as it is"),
};

/** Show what is inside and what would happen. @returns {Promise<boolean>} */
async function agreed(told) {
  const { made_at: made, version, hostname, octets: size, vouchers, people, networks, configuration, fits, problems } = told;
  const will = [
    t("Vouchers, people, logs and settings are replaced by the backup's. What was added since is gone from the box."),
    t("The box starts anew. Guests whose sessions the backup does not know have to sign in again."),
    t("You sign in with the name and password of that time."),
    t("What is there now is kept aside on the box; if the backup does not start, it comes back by itself."),
  ];
  return (await dialog({
    title: fits ? t("Restore this backup?") : t("This backup does not fit"),
    body: (close) => [
      facts([
        [t("Made"), moment(made)],
        [t("Box"), hostname],
        [t("Version"), version],
        [t("Networks"), networks.join(", ")],
        [t("Vouchers"), number(vouchers)],
        [t("People"), number(people)],
        [t("Size"), octets(size)],
        [t("Configuration file"), CONFIGURATIONS[configuration]?.()],
      ]),
      problems.map((each) => h("div.notice.warn", null, icon("triangle-alert"), h("p", null, each))),
      fits && h("ul.points", null, will.map((each) => h("li", null, each))),
      h("footer", null, button({ label: fits ? t("Cancel") : t("Close"), act: () => close(false) }), fits && button({ label: t("Restore"), kind: "primary danger", act: () => close(true) })),
    ],
  })) === true;
}

async function begin(passphrase) {
  const { started_at: before } = await get("/system");
  await post("/system/restore", { passphrase });
  const gone = dialog({ title: t("Restoring"), body: [h("p", { role: "status" }, t("The box is starting with the backup. This takes some seconds.")), h("progress", { "aria-label": t("Restoring") })] });
  await back(before).catch((error) => error.status === 401 || failed(error));
  document.querySelector("dialog[open]")?.close();
  await gone;
  location.reload();
}
