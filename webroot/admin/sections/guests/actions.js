// What an owner does about one device, where a question has to be asked first.

import { post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { formDialog } from "../../ui/dialog.js";
import { done } from "../../ui/toast.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const KBIT = 1000;

/** What a device is called: by the owner, by itself, or by its address. */
export const named = (row) => row.name || row.hostname || row.mac;

const times = () => [
  { value: HOUR / 2, label: t("{count} minutes", { count: 30 }) },
  { value: HOUR, label: t("1 hour") },
  { value: 3 * HOUR, label: t("{count} hours", { count: 3 }) },
  { value: DAY, label: t("1 day") },
  { value: 7 * DAY, label: t("{count} days", { count: 7 }) },
  { value: 30 * DAY, label: t("{count} days", { count: 30 }) },
];

/** More time or data for who is online. */
export async function extend(row) {
  const told = await formDialog({
    title: t("Extend {name}", { name: named(row) }),
    fields: [
      row.until && { name: "add_s", label: t("More time"), type: "select", value: HOUR, choices: [{ value: "", label: t("No more time") }, ...times()] },
      row.down_left !== null && { name: "add_mb", label: t("More data"), type: "number", unit: "MB", min: 1, max: 9437184, inputmode: "numeric" },
      !row.until && row.down_left === null && { type: "note", help: t("Nothing is limited for this device.") },
    ].filter(Boolean),
    button: t("Extend"),
    submit: ({ add_s: time, add_mb: data }) => post("/guests/extend", { mac: row.mac, ...(time && { add_s: Number(time) }), ...(data && { add_mb: data }) }),
  });
  if (told) done(t("{name} has been extended.", { name: named(row) }));
}

/** A name of the owner's choice. */
export async function rename(row) {
  const told = await formDialog({
    title: t("Rename {name}", { name: named(row) }),
    fields: [{ name: "name", label: t("Name"), value: row.name || row.hostname, maxlength: 64, help: t("Empty: the name that the device gives itself.") }],
    button: t("Save"),
    submit: ({ name }) => post("/guests/rename", { mac: row.mac, name: name.trim() }),
  });
  if (told) done(t("Saved."));
}

/** A session without a voucher. */
export async function signIn(row) {
  const speeds = { type: "number", unit: "Mbit/s", min: 0.1, step: "any", inputmode: "decimal", placeholder: t("as the network has it") };
  const kbit = (value) => value && Math.round(value * KBIT);
  const told = await formDialog({
    title: t("Sign in {name}", { name: named(row) }),
    fields: [
      { name: "time", label: t("For"), type: "select", value: HOUR, choices: times() },
      { name: "down", label: t("Download speed"), ...speeds },
      { name: "up", label: t("Upload speed"), ...speeds },
    ],
    button: t("Sign in"),
    submit: ({ time, down, up }) => post("/guests/signin", { mac: row.mac, valid_for_s: Number(time), ...(down && { down_kbit: kbit(down) }), ...(up && { up_kbit: kbit(up) }) }),
  });
  if (told) done(t("{name} is online.", { name: named(row) }));
}
