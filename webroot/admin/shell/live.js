// What changes by itself: one stream of server-sent events for the whole page, whatever the number of listeners. It is closed when
// nobody listens or the page has been hidden for a while, and tried again ever more slowly when it breaks.

import { address, get } from "./api.js";

const TOPICS = { overview: "overview", alert: "overview", guests: "guests", job: "jobs" };
const HIDDEN_MS = 60_000;
const AGAIN_MS = 1000;
const AGAIN_MOST_MS = 30_000;

const listeners = new Map();
let source = null;
let events = "";
let attempt = 0;
let retry = 0;
let hiding = 0;
let asleep = false;
let planned = false;
let state = "off";

/** "on", "off" (nobody listens, or nobody looks) or "broken"; the document gets an event "live" when it changes. */
export const liveState = () => state;

/**
 * Hear events until the signal is aborted.
 * @param {"overview"|"alert"|"guests"|"job"} event
 * @param {(data: object) => void} handler
 * @param {AbortSignal} signal
 */
export function listen(event, handler, signal) {
  if (signal.aborted) return;
  if (!listeners.has(event)) listeners.set(event, new Set());
  listeners.get(event).add(handler);
  signal.addEventListener("abort", () => leave(event, handler), { once: true });
  plan();
}

function leave(event, handler) {
  const those = listeners.get(event);
  those?.delete(handler);
  if (those?.size === 0) listeners.delete(event);
  plan();
}

// A page that goes and one that comes change the listeners many times in one turn: look once, after it.
function plan() {
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    const wanted = [...listeners.keys()].sort().join();
    if (wanted === events && source) return;
    events = wanted;
    renew();
  });
}

function renew() {
  close();
  if (!events || asleep) tell("off");
  else open();
}

function open() {
  const topics = new Set([...listeners.keys()].map((event) => TOPICS[event]));
  source = new EventSource(address("/live", { topics: [...topics].join() }));
  source.addEventListener("open", opened);
  source.addEventListener("error", () => again());
  source.addEventListener("closed", (event) => ended(JSON.parse(event.data).reason));
  for (const event of listeners.keys()) source.addEventListener(event, heard);
}

function opened() {
  attempt = 0;
  tell("on");
}

function heard(event) {
  const data = JSON.parse(event.data);
  for (const handler of listeners.get(event.type) ?? []) handler(data);
}

function ended(reason) {
  if (reason === "renew") return renew();
  if (reason === "slow" || reason === "stopping") return again();
  close();
  tell("broken");
  if (reason === "signed-out") get("/me").catch(() => {});
}

function again() {
  close();
  tell("broken");
  const wait = Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** attempt++) * (0.75 + Math.random() / 2);
  retry = setTimeout(open, wait);
  // A stream does not say why it was refused; this does, and leads to the sign-in if nobody is signed in any more.
  if (attempt === 2) get("/me").catch(() => {});
}

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function tell(now) {
  if (state === now) return;
  state = now;
  document.dispatchEvent(new CustomEvent("live", { detail: now }));
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(sleep, HIDDEN_MS);
  else if (asleep) wake();
});

// A page that is left may be kept for the way back; its stream would count among the few connections that a browser opens to a host.
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => event.persisted && renew());

function sleep() {
  asleep = true;
  renew();
}

function wake() {
  asleep = false;
  attempt = 0;
  renew();
}
