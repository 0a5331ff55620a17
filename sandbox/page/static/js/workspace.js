// The staff's workspace: sidebar, one channel or the app's messages and home, a thread beside it, a form above it.

import { blocks } from "./blocks.js";
import { channelHead, channelSign } from "./channel_head.js";
import { follower, h, keep, put, signOf, stops } from "./dom.js";
import { answers } from "./fields.js";
import { form, formSign } from "./form.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { post } from "./server.js";
import { places, sidebar, sidebarSign } from "./sidebar.js";
import { slackMessage } from "./slack_message.js";
import { change, state } from "./state.js";
import { thread } from "./thread.js";
import { dayOf, hourOf, now, sameDay, shifted } from "./time.js";
import { saw, unseenReplies } from "./unread.js";
import { spoken, t } from "./words.js";
import { writer } from "./writer.js";

/** Builds the workspace in a section; gives the function that draws it anew. */
export function workspace(section) {
  const side = h("div", { class: "sidebar" });
  const head = h("header", { class: "channel-head" });
  const list = h("ol", { class: "talk", tabindex: 0 });
  const home = h("div", { class: "home" });
  const offers = h("div", { class: "offers" });
  const field = writer({ send: say });
  const pane = thread();
  const over = h("div", { class: "over" });
  const main = h("div", { class: "channel" }, head, list, home, offers, field.form);
  section.append(h("h2", {}), h("div", { class: "window" }, side, main, pane.element, over));
  const follow = follower(list);
  let before = "";
  let view = null;

  function say(text) {
    const [, command, words] = /^(\/[a-z-]+)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
    const { member, place: channel } = state;
    if (command) return post("/slack/command", { member, channel, command, text: words ?? "" });
    return post("/slack/say", { member, channel, text });
  }

  function draw() {
    if (!state.slack?.people.length) return;
    settle();
    section.setAttribute("aria-label", t("staff"));
    section.firstElementChild.textContent = t("staff");
    const all = places();
    const channel = all.find(([id]) => id === state.place)[1];
    const athome = state.place === "dm" && state.tab === "home";
    if (channel && !athome) saw(state.member, channel);
    if (channel && state.thread) saw(state.member, channel, state.thread);
    const seen = places();
    put(side, sidebarSign(seen), () => sidebar(seen));
    put(head, JSON.stringify([state.place, state.tab, channelSign(channel)]), () => heading(channel));
    list.hidden = athome;
    field.form.hidden = athome || Boolean(channel?.archived);
    drawHome(athome);
    drawOffers(athome);
    const entries = messages(channel);
    const here = `${state.member} ${state.place} ${entries.at(-1)?.key}`;
    follow(() => keep(list, entries), here !== before);
    before = here;
    list.setAttribute("aria-label", t("messages"));
    field.label(t("writeIn", state.place === "dm" ? state.slack.bot.real_name : `#${channel.name}`));
    pane.draw(channel);
    drawForm();
  }

  function drawHome(shown) {
    home.hidden = !shown;
    const published = state.slack.homes[state.member];
    put(home, shown ? JSON.stringify([published?.blocks, state.member, spoken()]) : null, () => h("div", {},
      published ? blocks(published.blocks, { act: pressHome, values: {}, errors: {} }) : h("p", { class: "quiet" }, t("emptyHome"))));
  }

  function drawOffers(athome) {
    const sign = athome ? null : JSON.stringify(state.about.commands);
    put(offers, sign, () => h("div", {}, state.about.commands.map((each) => h("button", { type: "button", onclick: () => say(each) }, each))));
  }

  function drawForm() {
    const stack = state.slack.modals[state.member] ?? [];
    const top = stack.at(-1);
    const old = over.querySelector("form");
    const kept = old && top && top.id === view?.id ? answers(old, view.blocks) : {};
    const fresh = top && signOf(over.firstElementChild) !== formSign(top);
    put(over, top ? formSign(top) : null, () => form(top, kept));
    over.hidden = !top;
    if (fresh) (over.querySelector("[aria-invalid]") ?? stops(over.querySelector(".fields-list"))[0] ?? over.querySelector("button")).focus();
    view = top ?? null;
  }

  return draw;
}

/** Chooses a member and a place where none is chosen, or the chosen one is not there. */
function settle() {
  const { people } = state.slack;
  if (!people.some((person) => person.id === state.member)) state.member = people[0].id;
  const all = places();
  if (!all.some(([id]) => id === state.place)) state.place = all[0][0];
}

function heading(channel) {
  if (state.place !== "dm") return channelHead(channel);
  const tab = (name) => h("button", { type: "button", role: "tab", "aria-selected": state.tab === name, onclick: () => openTab(name) }, t(name));
  const { bot } = state.slack;
  return h("div", {}, avatar(bot.id, bot.real_name), h("strong", {}, bot.real_name),
    h("div", { class: "tabs", role: "tablist" }, tab("home"), tab("messages")));
}

function openTab(tab) {
  change({ tab });
  if (tab === "home") post("/slack/home", { member: state.member });
}

function pressHome(element, block, option) {
  return post("/slack/press", {
    member: state.member, view: "home", action_id: element.action_id, block_id: block.block_id, value: element.value, option,
  });
}

/** The messages of a channel with those for this member only, a line before each day. */
function messages(channel) {
  const own = (state.slack.ephemerals[state.member] ?? []).filter((each) => each.channel === channel?.id && !each.thread_ts);
  const all = [...(channel?.messages ?? []), ...own].sort((one, other) => (one.ts < other.ts ? -1 : 1));
  const items = [];
  let day = null;
  for (const message of all) {
    const date = shifted(Number(message.ts));
    if (!day || !sameDay(day, date)) {
      const words = sameDay(date, now()) ? t("today") : dayOf(date);
      items.push({ key: `day${message.ts}`, sign: words, make: () => h("li", { class: "day" }, h("span", {}, words)) });
    }
    day = date;
    items.push(item(message, own.includes(message), channel, date));
  }
  if (!items.length) items.push({ key: "nothing", sign: spoken(), make: () => h("li", { class: "empty" }, icon("thread"), t("emptyChannel")) });
  return items;
}

function item(message, only, channel, date) {
  const fresh = !only && unseenReplies(state.member, channel, message).length > 0;
  const sign = JSON.stringify([message, only, fresh, spoken(), state.member, hourOf(date)]);
  const openThread = (ts) => change({ thread: ts });
  return { key: message.ts, sign, make: () => slackMessage(message, { only, openThread, fresh }) };
}
