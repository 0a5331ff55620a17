// The customer's phone: whose it is, the chat with the bot, and what to write with.

import { follower, h, keep, put } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { composer } from "./phone_composer.js";
import { bubble } from "./phone_message.js";
import { post, takeTelegram } from "./server.js";
import { change, state } from "./state.js";
import { dayOf, hourOf, now, sameDay, shifted } from "./time.js";
import { toast } from "./toast.js";
import { spoken, t } from "./words.js";

const shownHints = new Map(); // chat id -> number of the last hint shown

/** Builds the phone in a section; gives the function that draws it anew. */
export function phone(section) {
  const people = h("div", { class: "people segmented", role: "group" });
  const status = h("div", { class: "status" });
  const head = h("header", { class: "chat-head" });
  const list = h("ol", { class: "chat", "aria-live": "polite", tabindex: 0 });
  const foot = composer();
  section.append(h("h2", {}), people, h("div", { class: "device" }, status, head, list, foot.element));
  const follow = follower(list);
  let before = "";

  return function draw() {
    if (!state.telegram) return;
    const chats = state.telegram.chats.filter((chat) => chat.type === "private");
    const chat = chats.find((each) => each.id === state.customer) ?? chats[0];
    if (!chat) return;
    state.customer = chat.id;
    section.setAttribute("aria-label", t("customer"));
    section.firstElementChild.textContent = t("customer");
    people.setAttribute("aria-label", t("people"));
    put(people, JSON.stringify([chat.id, chats.map((each) => [each.id, each.title])]), () => customers(chats, chat));
    put(status, hourOf(now()), () => h("div", {}, h("span", {}, hourOf(now())), h("i", { class: "battery" })));
    put(head, JSON.stringify([chat.id, chat.typing, chat.blocked, state.telegram.bot, spoken()]), () => heading(chat));
    const here = `${chat.id}:${chat.messages.at(-1)?.message_id}:${chat.typing}`;
    follow(() => { keep(list, entries(chat)); foot.draw(chat); }, here !== before);
    before = here;
    list.setAttribute("aria-label", t("messages"));
    showHints(chat);
    if (chat.typing) setTimeout(takeTelegram, 5_000);
  };
}

function customers(chats, chosen) {
  return h("div", {}, chats.map((chat) => h("button", {
    type: "button", "aria-pressed": chat.id === chosen.id, onclick: () => change({ customer: chat.id, editing: null, replying: null }),
  }, chat.title, " ", h("small", {}, chat.language.toUpperCase()))));
}

function heading(chat) {
  const { bot } = state.telegram;
  const act = (name) => () => post(`/telegram/customers/${chat.id}/${name}`, {});
  const under = chat.blocked ? t("blocked") : chat.typing ? t("typing") : t("bot");
  return h("div", {},
    h("span", { class: "avatar round-avatar", "aria-hidden": "true" }, bot.first_name[0]),
    h("p", {}, h("strong", {}, bot.first_name), h("small", { class: chat.typing ? "typing-now" : "" }, under)),
    menu(h("button", { type: "button", class: "round", "aria-label": t("chatMenu") }, icon("more")), () => [
      chat.blocked ? { words: t("unblock"), act: act("unblock") } : { words: t("block"), act: act("block") },
    ]));
}

/** The chat as a list of days, messages (albums together) and, at the end, that the bot is typing. */
function entries(chat) {
  const items = [];
  let day = null;
  for (const group of albums(chat.messages)) {
    const first = group[0];
    const date = shifted(first.date);
    if (!day || !sameDay(day, date)) {
      const words = sameDay(date, now()) ? t("today") : dayOf(date);
      items.push({ key: `day${first.message_id}`, sign: words, make: () => h("li", { class: "day" }, h("span", {}, words)) });
    }
    day = date;
    const sign = JSON.stringify([group, hourOf(date), spoken()]);
    items.push({ key: first.message_id, sign, make: () => bubble(group, acts(chat)) });
  }
  if (!items.length) items.push({ key: "nothing", sign: `${chat.started}${spoken()}`, make: () => welcome(chat) });
  if (chat.typing) items.push({ key: "typing", sign: spoken(), make: typing });
  return items;
}

function albums(messages) {
  const groups = [];
  for (const message of messages) {
    const last = groups.at(-1);
    if (message.media_group_id && last?.[0].media_group_id === message.media_group_id) last.push(message);
    else groups.push([message]);
  }
  return groups;
}

function acts(chat) {
  const path = `/telegram/customers/${chat.id}`;
  return {
    say: (text) => post(`${path}/say`, { text }),
    press: (message, index) => post(`${path}/press`, { message_id: message.message_id, index }),
    edit: (message) => change({ editing: message.message_id, replying: null }),
    reply: (message) => change({ replying: message.message_id, editing: null }),
  };
}

function welcome(chat) {
  return h("li", { class: "welcome" },
    h("span", { class: "avatar round-avatar", "aria-hidden": "true" }, state.telegram.bot.first_name[0]),
    h("strong", {}, t("nothing")), h("p", {}, t(chat.started ? "nothingYet" : "nothingHint")));
}

function typing() {
  return h("li", { class: "said" }, h("div", { class: "bubble dots", "aria-label": t("typing") }, h("i"), h("i"), h("i")));
}

/** What the bot answers to a pressed button is shown once, like on the phone. */
function showHints(chat) {
  const known = shownHints.get(chat.id);
  const numbers = chat.hints.map((hint) => hint.query);
  if (known !== undefined) {
    const fresh = chat.hints.slice(numbers.indexOf(known) + 1);
    for (const hint of fresh) toast(hint.text, hint.alert ? "alert" : "");
  }
  shownHints.set(chat.id, numbers.at(-1) ?? null);
}
