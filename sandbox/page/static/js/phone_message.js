// One message on the phone: its bubble, and below it the bot's buttons.

import { h } from "./dom.js";
import { formatted } from "./entities.js";
import { icon } from "./icons.js";
import { hourOf, shifted } from "./time.js";
import { thumbnail } from "./viewer.js";
import { t } from "./words.js";

const FILES = "/sandbox/telegram/files/";

/** `group` are the messages of an album, or one alone; `acts` are say(text), press(message, index), edit and reply(message). */
export function bubble(group, acts) {
  const first = group[0];
  const own = !first.from_bot;
  const worded = group.find((message) => message.text ?? message.caption) ?? first;
  const written = worded.text ?? worded.caption ?? "";
  const text = own ? written.replace(/^\/start [\w-]+$/, "/start") : written; // phones do not show what a link carries
  const photos = group.filter((message) => message.photo);
  return h("li", { class: own ? "said own" : "said" },
    h("div", { class: photos.length ? `bubble pictured${text ? "" : " bare"}` : "bubble" },
      first.reply_to_message && quoted(first.reply_to_message),
      photos.length ? h("div", { class: `photos n${Math.min(photos.length, 4)}` }, photos.map(photo)) : null,
      group.map((message) => message.document && document_(message.document)),
      first.voice && voice(first.voice),
      first.contact && contact(first.contact),
      h("div", { class: "text" }, formatted(text, worded.entities ?? worded.caption_entities, acts.say), meta(first, own, acts))),
    first.reply_markup?.inline_keyboard && keyboard(first, acts.press));
}

/** Stands in the last line of the text where there is room. */
function meta(message, own, acts) {
  return h("span", { class: "meta" },
    tool("reply", t("replyTo"), () => acts.reply(message)),
    own && message.text && tool("edit", t("edit"), () => acts.edit(message)),
    own && message.edit_date ? `${t("edited")} ` : null,
    hourOf(shifted(message.date)));
}

function tool(drawing, words, act) {
  return h("button", { type: "button", class: "tool", "aria-label": words, title: words, onclick: act }, icon(drawing));
}

function photo(message) {
  const address = FILES + message.photo.at(-1).file_id;
  return thumbnail(address, message.caption || t("photo"));
}

function document_(file) {
  const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.mime_type ?? "");
  if (picture) return thumbnail(FILES + file.file_id, file.file_name ?? t("photo"));
  return h("a", { class: "file", href: FILES + file.file_id, target: "_blank", rel: "noopener", download: file.file_name ?? true },
    icon("file"), h("span", {}, file.file_name ?? t("file"), h("small", {}, size(file.file_size))));
}

function voice(sound) {
  return h("audio", { controls: true, preload: "none", "aria-label": t("voice"), src: FILES + sound.file_id });
}

function contact(card) {
  return h("div", { class: "file" }, icon("phone"), h("span", {}, card.first_name, h("small", {}, card.phone_number)));
}

function quoted(message) {
  return h("div", { class: "quoted" }, inShort(message));
}

/** A message in a line, as it stands above a reply to it. */
export function inShort(message) {
  const words = message.text ?? message.caption ?? t(message.photo ? "photo" : message.voice ? "voice" : "file");
  return words.length > 120 ? `${words.slice(0, 120)} …` : words;
}

/** Buttons are numbered through all rows, as the sandbox counts them. */
function keyboard(message, press) {
  let number = -1;
  return h("div", { class: "keys" }, message.reply_markup.inline_keyboard.map((row) => h("div", {}, row.map((button) => {
    number += 1;
    const index = number;
    if (button.url) return h("a", { href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.text, icon("open"));
    const act = (event) => {
      event.currentTarget.classList.add("pressed");
      press(message, index);
    };
    return h("button", { type: "button", onclick: act }, button.text);
  }))));
}

export function size(bytes) {
  if (bytes === undefined) return "";
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
