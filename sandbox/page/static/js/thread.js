// The side pane: one message with everything that was answered below it.

import { follower, h, keep } from "./dom.js";
import { icon } from "./icons.js";
import { post } from "./server.js";
import { slackMessage } from "./slack_message.js";
import { change, state } from "./state.js";
import { hourOf, shifted } from "./time.js";
import { spoken, t } from "./words.js";
import { writer } from "./writer.js";

export function thread() {
  const heading = h("h3", {});
  const name = h("small", {});
  const close = h("button", { type: "button", class: "round", onclick: () => change({ thread: null }) }, icon("close"));
  const list = h("ol", { class: "talk", tabindex: 0 });
  const field = writer({ send: (text) => post("/slack/say", { member: state.member, channel: state.place, text, thread_ts: state.thread }) });
  const element = h("aside", { class: "thread", hidden: true }, h("header", {}, heading, name, close), list, field.form);
  const follow = follower(list);
  let before = "";

  function draw(channel) {
    const message = state.thread && channel?.messages.find((each) => each.ts === state.thread);
    element.hidden = !message;
    if (!message) {
      before = "";
      return;
    }
    heading.textContent = t("thread");
    element.setAttribute("aria-label", t("thread"));
    name.textContent = channel.kind === "im" ? "" : `#${channel.name}`;
    close.setAttribute("aria-label", t("close"));
    field.label(t("reply"));
    const shown = [message, ...message.replies, ...whispered(message)];
    const here = `${message.ts} ${shown.at(-1).ts}`;
    follow(() => keep(list, shown.map(item)), here !== before);
    before = here;
  }

  return { element, draw };
}

function whispered(message) {
  return (state.slack.ephemerals[state.member] ?? []).filter((each) => each.thread_ts === message.ts);
}

function item(message) {
  const only = (state.slack.ephemerals[state.member] ?? []).includes(message);
  const sign = JSON.stringify([{ ...message, replies: 0 }, spoken(), state.member, hourOf(shifted(Number(message.ts)))]);
  return { key: message.ts, sign, make: () => slackMessage(message, { only }) };
}
