// Choosing a picture: one of those that are on the box, or a new one, whose way there is shown.

import { ApiError, address, remove } from "../../shell/api.js";
import { t } from "../../shell/i18n.js";
import { session } from "../../shell/session.js";
import { octets } from "../../ui/format.js";
import { fill, fresh, h, icon } from "../../ui/h.js";
import { failed } from "../../ui/toast.js";

const TYPES = "image/png,image/jpeg,image/webp";

/** @param {{kind: string, label: string, told: object, value: string, set: (id: string) => void}} what `told`: GET /portal/page */
export function pictures({ kind, label, told, value, set }) {
  const id = fresh(kind);
  const row = h("div.pictures", { role: "group", "aria-labelledby": id });
  const wrong = h("p.error", { role: "alert", hidden: true });
  const bar = h("progress", { "aria-label": t("Upload"), max: 1, hidden: true });
  const input = h("input.unseen", { type: "file", accept: TYPES, "aria-label": `${label}: ${t("Upload")}`, name: `upload-${kind}` });
  const take = (chosen) => {
    value = chosen;
    set(chosen);
    show();
  };
  const complain = (text) => {
    wrong.hidden = !text;
    fill(wrong, text && [icon("triangle-alert"), text]);
  };
  const drop = async (image) => {
    try {
      await remove(`/portal/images/${image.id}`);
      told.images = told.images.filter((each) => each !== image);
      if (value === image.id) take("");
      show();
    } catch (error) {
      failed(error);
    }
  };
  const thumb = (image) => h("div.thumb", null,
    h("button", { type: "button", "aria-pressed": String(image.id === value), "aria-label": t("Picture of {width} × {height}", image), on: { click: () => take(image.id) } }, h("img", { src: image.url, alt: "", loading: "lazy" })),
    image.id !== value && !image.used && h("button.plain.round.drop", { type: "button", "aria-label": t("Delete this picture"), on: { click: () => drop(image) } }, icon("x")));
  const show = () =>
    fill(row, h("button", { type: "button", "aria-pressed": String(!value), on: { click: () => take("") } }, icon("ban"), t("None")), told.images.filter((image) => image.kind === kind).map(thumb), h("label.button", null, icon("upload"), t("Upload"), input));
  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    complain("");
    if (file.size > told.limits.upload_octets) return complain(t("This file has {size}; at most {most} are taken.", { size: octets(file.size), most: octets(told.limits.upload_octets) }));
    bar.hidden = false;
    try {
      const image = await send(`/portal/images/${kind}`, file, (share) => (bar.value = share));
      told.images.push(image);
      take(image.id);
    } catch (error) {
      complain(error.message);
    }
    bar.hidden = true;
  });
  show();
  return h("div.field", null, h("span.label", { id }, label), row, bar, wrong);
}

// fetch does not tell how far an upload is.
function send(path, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    request.setRequestHeader("X-CSRF-Token", session().csrf);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? resolve(request.response) : reject(new ApiError(request.status, request.response?.error ?? {}))));
    request.addEventListener("error", () => reject(new ApiError(0, {})));
    request.send(file);
  });
}
