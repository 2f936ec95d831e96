// Who is signed in, as GET /me says it.

import { get, useToken } from "./api.js";

let me = null;

/** {person: {name, role, totp, language}, csrf, version}, or null. */
export const session = () => me;

/** May this person open a section with these roles? */
export const may = (roles) => roles.includes(me?.person.role);

/** Ask the box who is signed in. Raises ApiError 401 when nobody is. */
export async function load() {
  me = await get("/me");
  useToken(me.csrf);
  return me;
}

/** Forget them. */
export function forget() {
  me = null;
  useToken("");
}
