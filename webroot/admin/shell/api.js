// Talks to the box: JSON endpoints below admin/api. A refusal becomes an ApiError whose message is for people.

import { t } from "./i18n.js";

const BASE = new URL("api/", document.baseURI);

let csrf = "";
let signedOut = () => {};

/** What the box refused, or why it was not reached. */
export class ApiError extends Error {
  /** @param {number} status 0: not reached @param {{message?: string, reason?: string, field?: string}} error */
  constructor(status, error) {
    super(error.message || t("The box does not answer. Check that this device is still on its network."));
    this.status = status;
    this.reason = error.reason ?? "";
    this.field = error.field ?? "";
    this.error = error;
  }
}

/** The token that every change carries, from GET /me. */
export const useToken = (token) => (csrf = token);

/** What to do when the box says that nobody is signed in. */
export const onSignedOut = (handler) => (signedOut = handler);

/** Address of an endpoint, for links to downloads and for images. */
export function address(path, query) {
  const url = new URL(path.replace(/^\//, ""), BASE);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  return url.href;
}

async function call(method, path, { query, body, type, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (type) headers["Content-Type"] = type;
  let answer;
  try {
    answer = await fetch(address(path, query), { method, headers, body, signal, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, {});
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  throw await refused(answer);
}

async function refused(answer) {
  const told = await answer.json().catch(() => ({}));
  const error = new ApiError(answer.status, told.error ?? { message: t("The box answered with an error ({status}).", { status: answer.status }) });
  if (answer.status === 401 && error.reason === "sign-in") signedOut();
  return error;
}

/** Ask. @param {object} [query] query fields; empty ones are left out @param {AbortSignal} [signal] */
export const get = (path, query, signal) => call("GET", path, { query, signal });

/** Change something: `data` is sent as JSON. */
export const post = (path, data = {}, signal) => call("POST", path, { body: JSON.stringify(data), type: "application/json", signal });

/** Take something away. `data`: for the few endpoints that name it in a body. */
export const remove = (path, data) => call("DELETE", path, data ? { body: JSON.stringify(data), type: "application/json" } : {});

/** Send a file as it is. @param {Blob} file */
export const upload = (path, file, query) => call("POST", path, { query, body: file, type: file.type || "application/octet-stream" });

/** Let the browser save what an endpoint answers. */
export function download(path, query) {
  const link = document.createElement("a");
  link.href = address(path, query);
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}
