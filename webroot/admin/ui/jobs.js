// Long work on the box: its progress in a dialog that may be closed meanwhile, a button that cancels it, what it ended with.

import { fill, h, icon } from "./h.js";
import { dialog } from "./dialog.js";
import { address, get, remove } from "../shell/api.js";
import { failed } from "./toast.js";
import { listen } from "../shell/live.js";
import { number } from "./format.js";
import { t } from "../shell/i18n.js";

const ENDED = ["done", "failed", "cancelled"];
const LOOK_MS = 1500;

/**
 * Show a job until it has ended.
 * @param {number|string} id
 * @param {{title: string, save?: boolean}} what `save`: hand the result to the browser as a file when it is done
 * @returns {Promise<object>} the job as it ended, or as it was when the dialog was closed
 */
export async function follow(id, { title, save }) {
  const leaving = new AbortController();
  const bar = h("progress", { "aria-label": title, max: 1 });
  const words = h("p", { role: "status" });
  const rest = h("div");
  const cancel = h("button", { type: "button", on: { click: () => remove(`/jobs/${id}`).catch(failed) } }, t("Cancel"));
  let job = { state: "waiting" };
  const show = (told) => {
    if (String(told.id) !== String(id) || ENDED.includes(job.state)) return;
    job = told;
    if (job.total) bar.value = job.done / job.total;
    fill(words, job.total ? t("{done} of {total}", { done: number(job.done), total: number(job.total) }) : t("Working …"));
    if (ENDED.includes(job.state)) end();
  };
  const end = () => {
    leaving.abort();
    bar.hidden = true;
    cancel.hidden = true;
    fill(words, ENDINGS[job.state]());
    fill(rest, job.error && h("p.error", null, icon("triangle-alert"), job.error), problems(job), result(id, job));
    if (save && job.result) rest.querySelector("a")?.click();
  };
  const look = () => get(`/jobs/${id}`, {}, leaving.signal).then(show, () => {});
  listen("job", show, leaving.signal);
  const timer = setInterval(look, LOOK_MS);
  leaving.signal.addEventListener("abort", () => clearInterval(timer));
  look();
  await dialog({ title, body: [words, bar, rest, h("footer", null, cancel)] });
  leaving.abort();
  return job;
}

const ENDINGS = {
  done: () => t("Done."),
  failed: () => t("It did not work."),
  cancelled: () => t("Cancelled."),
};

const problems = (job) =>
  job.problems?.length > 0 &&
  h("ul.problems", null, job.problems.map((each) => h("li", null, t("Line {line}, {column}: {found}. Expected: {expected}", each))));

function result(id, job) {
  if (!job.result) return null;
  return h("a.button.primary", { href: address(`/jobs/${id}/result`), download: job.result.name }, icon("download"), job.result.name);
}
