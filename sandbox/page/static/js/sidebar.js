// The left of the workspace: who we act as, the channels, and the app.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { avatar, nameOf } from "./people.js";
import { change, state } from "./state.js";
import { unseen } from "./unread.js";
import { pick, spoken, t } from "./words.js";

/** What the member can see: [channel id or "dm", channel or null, {news, called}]. */
export function places() {
  const open = state.slack.channels.filter((channel) => channel.members.includes(state.member));
  const dm = state.slack.dms[state.member] ?? null;
  return [...open.map((channel) => [channel.id, channel]), ["dm", dm]].map(([id, channel]) => (
    [id, channel, channel ? unseen(state.member, channel) : { news: false, called: 0 }]));
}

export function sidebarSign(all) {
  const { about, slack, member, place } = state;
  return JSON.stringify([spoken(), about.workspace, about.roles, member, place, slack.people, slack.connections, slack.mode, all.map(([id, channel, news]) => [id, channel?.name, channel?.archived, news])]);
}

export function sidebar(all) {
  const channels = all.filter(([id]) => id !== "dm");
  return h("div", {},
    h("p", { class: "team" }, h("strong", {}, state.about.workspace), connection()),
    h("div", { class: "me" }, h("small", {}, t("youAre")), chooser()),
    h("nav", { "aria-label": t("channels") },
      h("h3", {}, t("channels")), channels.map(([id, channel, news]) => entry(id, h("span", { class: "hash" }, channel.archived ? icon("lock") : "#"), channel.name, news)),
      h("h3", {}, t("apps")), entry("dm", avatar(state.slack.bot.id, state.slack.bot.real_name), state.slack.bot.real_name, all.at(-1)[2])));
}

function connection() {
  const there = state.slack.mode === "http" || state.slack.connections > 0;
  const words = t(there ? "connected" : "unconnected");
  return h("i", { class: there ? "lamp on" : "lamp", role: "img", title: words, "aria-label": words });
}

function chooser() {
  const button = h("button", { type: "button", class: "member" }, avatar(state.member, nameOf(state.member)),
    h("span", {}, nameOf(state.member), h("small", {}, pick(state.about.roles[state.member]))), icon("down"));
  return menu(button, () => state.slack.people.map((person) => ({
    words: person.real_name, hint: pick(state.about.roles[person.id]), icon: avatar(person.id, person.real_name),
    act: () => change({ member: person.id, thread: null }),
  })));
}

function entry(id, mark, name, { news, called }) {
  const go = () => change({ place: id, thread: null });
  return h("button", {
    type: "button", class: news ? "place news" : "place", "aria-current": state.place === id ? "page" : null, onclick: go,
  }, mark, h("span", {}, name), called ? h("span", { class: "count", "aria-label": `${called} ${t("unread")}` }, called) : null);
}
