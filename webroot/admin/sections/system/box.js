// How the machine fares, its services, and what is set for the box as a whole.

import { get, post } from "../../shell/api.js";
import { language, t } from "../../shell/i18n.js";
import { ask } from "../../ui/dialog.js";
import { ago, duration, moment, number, octets } from "../../ui/format.js";
import { fill, h, icon } from "../../ui/h.js";
import { badge, button, card, facts, meter } from "../../ui/pieces.js";
import { setAside, settingsForm } from "../../ui/settings.js";
import { busy, done } from "../../ui/toast.js";
import { back } from "./back.js";

const LOOK_S = 10;

/** The part of the section. */
export async function box(page) {
  const after = () => page.refresh();
  const [told, state, zones] = await Promise.all([get("/system", {}, page.signal), get("/settings", {}, page.signal), get("/system/timezones", {}, page.signal)]);
  const choices = [{ value: "", label: t("As the machine has it") }, ...zones.rows.map((value) => ({ value, label: value.replaceAll("_", " ") }))];
  const form = await settingsForm(["system", "privacy"], { first: ["system.time_zone"], choices: { "system.time_zone": choices }, signal: page.signal, after });
  const machine = h("div");
  const services = h("div");
  const show = (now) => {
    fill(machine, health(now));
    fill(services, card({ title: t("Services") }, h("ul.lines", null, now.services.map((each) => service(page, each)))));
  };
  show(told);
  page.every(LOOK_S, () => services.contains(document.activeElement) || get("/system", {}, page.signal).then(show, () => {}));
  return [
    setAside(state, after),
    restored(told),
    news(told),
    h("div.columns", null, h("div.stack", null, machine, services),
    card({ title: t("Time, updates, privacy"), text: `${t("The box's time: {when}", { when: clockOf(told) })}. ${checked(told.updates)}` }, form)),
  ];
}

function health({ version, hostname, kernel, python, now, started_at: started, machine_started_at: booted, disk, memory, load, store }) {
  const share = (label, used, size) => meter({ label, used, size, words: t("{used} of {size}", { used: octets(used), size: octets(size) }) });
  return card({ title: hostname },
    share(t("Disk"), disk.size - disk.free, disk.size),
    share(t("Memory"), memory.total - memory.available, memory.total),
    facts([
      [t("Version"), `routerd ${version}`],
      [t("Running for"), duration(now - started)],
      [t("Machine is up for"), duration(now - booted)],
      [t("Load (1, 5, 15 minutes)"), load.map((each) => number(each, 2)).join(" · ")],
      [t("Memory of routerd"), octets(memory.daemon)],
      [t("Database"), `${octets(store.octets)} (${t("schema {number}", { number: store.schema })})`],
      [t("Linux"), h("bdi", null, kernel)],
      ["Python", python],
    ]));
}

const STATES = { running: () => badge("good", t("Running")), down: () => badge("bad", t("Not running")) };

const titleOf = ({ id, title }) => (id === "daemon" ? t("All of routerd") : id === "portal" ? t("Guests' portal") : id.startsWith("dns:") ? t("DHCP and DNS, {network}", { network: id.slice(4) }) : title);

function service(page, each) {
  const { id, state, restartable } = each;
  const name = titleOf(each);
  return h("li", null, h("div", null, name, " ", STATES[state]?.() ?? badge("quiet", state)), restartable && h("div.actions", null, button({ label: t("Restart"), icon: "rotate-cw", "aria-label": t("Restart: {name}", { name }), act: (pressed) => restart(page, id, name, pressed) })));
}

async function restart(page, id, name, pressed) {
  const whole = id === "daemon";
  const text = whole ? t("This page cannot connect for some seconds. Guests stay online.") : t("Guests stay online; new ones may have to wait for some seconds.");
  if (!(await ask({ title: t("Restart: {name}?", { name }), text, yes: t("Restart") }))) return;
  await busy(pressed, async () => {
    const { started_at: before } = await get("/system");
    await post("/system/restart", { service: id });
    if (whole) await back(before);
    done(t("Restarted: {name}", { name }));
    await page.refresh();
  });
}

const clockOf = ({ now, time_zone: { offset_s: offset } }) => new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format((now + offset) * 1000);

function checked({ on, checked_at: at, latest, error }) {
  if (!on) return t("It does not look for updates.");
  if (error) return t("Looking for updates failed: {error}", { error });
  return latest ? t("Newest version: {version}, looked up {when}.", { version: latest, when: ago(at) }) : t("It has not looked for updates yet.");
}

const notice = (kind, sign, words) => h(`div.notice.${kind}`, null, icon(sign), h("p", null, words));

const news = ({ updates: { newer, latest } }) => newer && notice("", "circle-arrow-up", t("Version {version} is there. Install it as you installed this one; nothing is installed by itself.", { version: latest }));

function restored({ restored: last }) {
  if (!last) return null;
  const { at, made_at: made, error } = last;
  if (error) return notice("bad", "triangle-alert", t("The restore of {when} did not work, and the box is as it was before: {error}", { when: moment(at), error }));
  return notice("good", "circle-check", t("Restored {when}, from the backup of {made}.", { when: moment(at), made: moment(made) }));
}
