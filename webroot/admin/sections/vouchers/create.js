// Making vouchers: one, or hundreds, on one form. What most need is at the top; the rest is folded away.

import { get, post } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { go } from "../../shell/router.js";
import { amount } from "../../ui/amount.js";
import { dialog } from "../../ui/dialog.js";
import { field, form } from "../../ui/form.js";
import { number } from "../../ui/format.js";
import { fold } from "../../ui/more.js";
import { done, failed } from "../../ui/toast.js";
import { show } from "./actions.js";
import { validFor } from "./words.js";

const AT_ONCE = 500;
const ALONE = ["username", "passcode", "fullname"];
const MORE = ["down_limit_mb", "up_limit_mb", "down_kbit", "up_kbit", "valid_from", ...ALONE];

/** Ask what is wanted, make it, and show it. `after` is called when vouchers were made. */
export async function create(signal, after) {
  let choices;
  try {
    choices = await get("/vouchers/choices", {}, signal);
  } catch (error) {
    failed(error);
    return;
  }
  const told = await dialog({ title: t("New vouchers"), body: (close) => asking(choices, close) });
  if (!told) return;
  after();
  if (told.total === 1) await show(told.rows[0], t("The voucher is ready"));
  else {
    done(t("{count} vouchers are ready.", { count: number(told.total) }));
    go("vouchers", "batches", told.batch);
  }
}

function asking(choices, close) {
  const count = field({ name: "count", label: t("How many"), type: "number", value: 1, min: 1, max: AT_ONCE, required: true, inputmode: "numeric", autofocus: true });
  const single = { name: "single", label: t("Guests type"), type: "radio", value: "single", choices: [{ value: "single", label: t("One code"), help: t("Or they scan the QR code.") }, { value: "both", label: t("A user name and a passcode") }] };
  const fields = [
    count,
    { name: "valid_for", label: t("Lasts"), type: "select", value: choices.presets.valid_for, choices: choices.valid_for.map((value) => ({ value, label: validFor(value) })) },
    { name: "devices", label: t("Devices at once"), type: "number", value: choices.presets.devices, min: 1, max: 1000, required: true, inputmode: "numeric" },
    single,
    { name: "batch", label: t("Name of the batch"), help: t("To find and print them together. Empty: the date and the time."), maxlength: 64, autocomplete: "off" },
    { name: "comment", label: t("Comment"), maxlength: 255, autocomplete: "off" },
    amount({ name: "down_limit_mb", label: t("Download limit"), of: "mb", none: t("No limit"), most: 9437184 }),
    amount({ name: "up_limit_mb", label: t("Upload limit"), of: "mb", none: t("No limit"), most: 9437184 }),
    amount({ name: "down_kbit", label: t("Download speed"), of: "kbit", none: t("As the network has it"), most: 10000000 }),
    amount({ name: "up_kbit", label: t("Upload speed"), of: "kbit", none: t("As the network has it"), most: 10000000 }),
    { name: "valid_from", label: t("Valid from"), type: "datetime-local" },
    { name: "username", label: t("Code or user name of your own"), help: t("Empty: the box makes one up."), maxlength: 64, autocomplete: "off", autocapitalize: "off" },
    { name: "passcode", label: t("Passcode of your own"), maxlength: 64, autocomplete: "off", autocapitalize: "off" },
    { name: "fullname", label: t("Guest's name"), maxlength: 128, autocomplete: "off" },
  ];
  const made = form({ fields, button: t("Make vouchers"), cancel: () => close(), submit: async (values) => close(await post("/vouchers", wanted(values))) });
  fold(made, MORE, t("Data, speed and more"));
  const alone = () => {
    for (const name of ALONE) made.querySelector(`[name=${name}]`).closest(".field").hidden = Number(count.input.value) !== 1;
    made.querySelector("[name=batch]").closest(".field").hidden = Number(count.input.value) === 1;
  };
  count.input.addEventListener("input", alone);
  alone();
  return made;
}

function wanted({ single, valid_from, ...values }) {
  const sent = { ...values, single: single === "single" };
  if (valid_from) sent.valid_from = Math.floor(new Date(valid_from).getTime() / 1000);
  for (const name of sent.count === 1 ? ["batch"] : ALONE) delete sent[name];
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== "" && value !== 0 && value !== null));
}
