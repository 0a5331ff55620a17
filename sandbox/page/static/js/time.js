// Moments as the demo's clock showed them: messages bear real time, the page adds how far ahead the clock was then.

import { state } from "./state.js";
import { spoken } from "./words.js";

/** The demo's time now, as a Date. */
export function now() {
  return new Date(Date.now() + (state.clock?.offset ?? 0) * 1000);
}

/** The demo's time at a moment of real time (seconds since the epoch). */
export function shifted(seconds) {
  const moves = (state.clock?.moves ?? []).filter(([at]) => Math.floor(at) <= seconds);
  return new Date((seconds + (moves.at(-1)?.[1] ?? 0)) * 1000);
}

export function hourOf(date) {
  return shown(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function dayOf(date) {
  return shown(date, { weekday: "long", day: "numeric", month: "long" });
}

export function sameDay(one, other) {
  return dayOf(one) === dayOf(other);
}

function shown(date, parts) {
  const tag = spoken() === "de" ? "de" : "en-GB";
  return new Intl.DateTimeFormat(tag, { ...parts, timeZone: state.about.zone ?? undefined }).format(date);
}
