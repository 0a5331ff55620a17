// Talks to the sandbox: takes snapshots when it says that something changed, and acts as people.

import { toast } from "./toast.js";
import { change } from "./state.js";
import { t } from "./words.js";

const ROOM = "/sandbox";

async function fetchJson(path, options) {
  const response = await fetch(ROOM + path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.ok === false) throw new Error(body.reason ?? body.error ?? response.statusText);
  return body;
}

export function get(path) {
  return fetchJson(path);
}

/** Posts JSON; a failure is shown, and the answer is null then. */
export function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return shown(fetchJson(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

/** Posts a form with files. */
export function upload(path, form) {
  return shown(fetchJson(path, { method: "POST", body: form }));
}

async function shown(answer) {
  try {
    return await answer;
  } catch (problem) {
    toast(t("failed", problem.message), "bad");
    return null;
  }
}

/** Takes a snapshot into the state; asked again meanwhile, takes one more afterwards and none in parallel. */
function taker(path, name) {
  let busy = false;
  let again = false;
  return async function take() {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      do {
        again = false;
        change({ [name]: await get(path) });
      } while (again);
    } catch {
      // the stream tells when the sandbox is back
    } finally {
      busy = false;
    }
  };
}

const takers = {
  telegram: taker("/telegram/snapshot", "telegram"),
  slack: taker("/slack/snapshot", "slack"),
  clock: taker("/clock", "clock"),
  about: taker("/about", "about"),
};

export const takeTelegram = takers.telegram;

/** Follows the sandbox for as long as the page is open; after a break everything is taken anew. */
export function connect() {
  const stream = new EventSource(`${ROOM}/events`);
  stream.onopen = () => {
    change({ online: true });
    for (const take of Object.values(takers)) take();
  };
  stream.onerror = () => change({ online: false });
  for (const name of ["telegram", "slack", "clock"]) stream.addEventListener(name, takers[name]);
}
