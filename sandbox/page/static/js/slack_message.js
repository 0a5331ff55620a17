// One message in the workspace: who and when, blocks, coloured attachments, files, and the way into its thread.

import { blocks, FILES } from "./blocks.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { size } from "./phone_message.js";
import { post } from "./server.js";
import { state } from "./state.js";
import { hourOf, shifted } from "./time.js";
import { showDocument, thumbnail } from "./viewer.js";
import { t } from "./words.js";

/** `openThread` is null inside a thread. */
export function slackMessage(message, { only = false, openThread = null, fresh = false } = {}) {
  const context = { act: (element, block, option) => press(message, element, block, option), values: {}, errors: {} };
  const kind = ["message", only && "only", fresh && "fresh"].filter(Boolean).join(" ");
  return h("li", { class: kind, "data-ts": message.ts },
    avatar(message.user, message.name),
    h("div", { class: "content" },
      only ? h("p", { class: "only-you" }, icon("lock"), t("onlyYou")) : null,
      h("p", { class: "by" }, h("strong", {}, message.name),
        message.is_bot ? h("span", { class: "badge" }, t("app")) : null,
        h("time", {}, hourOf(shifted(Number(message.ts)))),
        message.edited && !message.is_bot ? h("small", {}, t("edited")) : null),
      message.blocks.length ? blocks(message.blocks, context) : words(message),
      message.attachments.map((attached) => attachment(attached, context)),
      message.files.map(file),
      openThread && message.replies?.length ? threadLink(message, openThread) : null));
}

function words(message) {
  return message.text ? h("div", { class: "text" }, mrkdwn(message.text)) : null;
}

function press(message, element, block, option) {
  return post("/slack/press", {
    member: state.member, channel: message.channel, message_ts: message.ts,
    action_id: element.action_id, block_id: block.block_id, value: element.value, option,
  });
}

function attachment(attached, context) {
  const shown = attached.blocks ? blocks(attached.blocks, context) : [
    attached.title && h("strong", {}, attached.title), attached.text && h("div", { class: "text" }, mrkdwn(attached.text)),
  ];
  const box = h("div", { class: "attachment" }, shown);
  if (/^#?[0-9a-f]{6}$/i.test(attached.color ?? "")) box.style.setProperty("--bar", `#${attached.color.replace("#", "")}`);
  return box;
}

function file(one) {
  const address = FILES + one.id;
  const name = one.title || one.name;
  if (/^image\/(png|jpeg|gif|webp)$/.test(one.mimetype)) return thumbnail(address, name);
  const readable = /^(text\/html|text\/plain|application\/pdf)$/.test(one.mimetype);
  return h("div", { class: "file" }, icon("file"),
    h("span", {}, name, h("small", {}, size(one.size))),
    readable && h("button", { type: "button", onclick: () => showDocument(address, name) }, t("openHere")),
    h("a", { class: "button", href: address, target: "_blank", rel: "noopener noreferrer" }, t("openTab")));
}

function threadLink(message, open) {
  const last = message.replies.at(-1);
  return h("button", { type: "button", class: "replies", onclick: () => open(message.ts) },
    icon("thread"), t("replies", message.replies.length), h("time", {}, hourOf(shifted(Number(last.ts)))));
}

/** Whether a message calls this person by name. */
export function calls(message, member) {
  const inside = JSON.stringify([message.text, message.blocks, message.attachments]);
  return inside.includes(`<@${member}>`) || inside.includes(`"user_id":"${member}"`);
}
