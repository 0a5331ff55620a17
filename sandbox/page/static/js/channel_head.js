// The top of a channel: its name, its members, and what an administrator may do with it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { post } from "./server.js";
import { state } from "./state.js";
import { spoken, t } from "./words.js";

export function channelSign(channel) {
  return [channel?.members, channel?.name, channel?.archived, spoken()];
}

export function channelHead(channel) {
  const button = h("button", { type: "button", class: "round", "aria-label": t("channelMenu"), title: t("channelMenu") }, icon("more"));
  return h("div", {}, h("strong", {}, `# ${channel.name}`),
    h("small", {}, channel.archived ? t("archived") : t("members", channel.members.length)),
    menu(button, () => choices(channel)));
}

function choices(channel) {
  const change = (what) => post("/slack/channel", { member: state.member, channel: channel.id, ...what });
  const there = channel.members.includes(state.slack.bot.id);
  return [
    { words: t(channel.archived ? "unarchive" : "archive"), icon: icon("lock"), act: () => change({ archived: !channel.archived }) },
    { words: t("rename"), icon: icon("edit"), act: () => rename(channel, change) },
    { words: t(there ? "removeBot" : "inviteBot", state.slack.bot.real_name), icon: icon("close"), act: () => change({ bot: !there }) },
  ];
}

function rename(channel, change) {
  const name = prompt(t("newName"), channel.name)?.trim();
  if (name) change({ name });
}
