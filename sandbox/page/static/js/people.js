// The people of the workspace: names behind ids, and pictures made of initials.

import { h } from "./dom.js";
import { state } from "./state.js";

export function nameOf(id) {
  if (id === state.slack.bot.id) return state.slack.bot.real_name;
  return state.slack.people.find((person) => person.id === id)?.real_name ?? id;
}

export function channelName(id) {
  return state.slack.channels.find((channel) => channel.id === id)?.name ?? id;
}

export function avatar(id, name) {
  const bot = id === state.slack.bot.id;
  const letters = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  if (bot) return h("img", { class: "avatar", src: "/page/pictures/icon.svg", alt: "" });
  return h("span", { class: `avatar tint${tint(id)}`, "aria-hidden": "true" }, letters);
}

function tint(id) {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 6;
}

export function mention(id) {
  return h("span", { class: id === state.member ? "mention mine" : "mention" }, `@${nameOf(id)}`);
}

/** A link in the workspace's text: to somebody, to a channel, to everybody here. */
export function channelMention(id) {
  return h("span", { class: "mention" }, `#${channelName(id)}`);
}
