// The foot of the phone: Start, an invitation, or a field to write in with photos, files and the bot's commands.

import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { inShort } from "./phone_message.js";
import { jpegOf } from "./photo.js";
import { post, upload } from "./server.js";
import { change, state } from "./state.js";
import { pick, spoken, t } from "./words.js";
import { writer } from "./writer.js";

const SAMPLE = "/page/pictures/damage.svg";
const ALBUM = 10; // pictures at most

export function composer() {
  const path = () => `/telegram/customers/${state.customer}`;
  const say = (text) => {
    const edited = state.editing;
    if (edited === null) return post(`${path()}/say`, { text, ...answered() });
    change({ editing: null });
    return post(`${path()}/edit`, { message_id: edited, text });
  };

  /** The message that is replied to, once. */
  const answered = () => {
    const answeredTo = state.replying;
    if (answeredTo === null) return {};
    change({ replying: null });
    return { reply_to: answeredTo };
  };
  const formOf = (...files) => {
    const form = new FormData();
    for (const [file, name] of files) form.append("file", file, name);
    for (const [name, value] of Object.entries(answered())) form.append(name, value);
    return form;
  };

  const chooser = h("input", { type: "file", multiple: true, hidden: true, "aria-hidden": "true", tabindex: -1 });
  const attach = h("button", { type: "button", class: "round attach" }, icon("attach"));
  const commands = h("button", { type: "button", class: "round commands" }, icon("menu"));
  const attachMenu = menu(attach, () => [
    { words: t("samplePhoto"), icon: icon("picture"), act: () => sendSample() },
    { words: t("ownFile"), icon: icon("file"), act: () => chooser.click() },
    { words: t("contact"), icon: icon("phone"), act: () => post(`${path()}/contact`, answered()) },
    { words: t("invitation"), icon: icon("link"), act: () => openInvitation() },
  ]);
  const commandMenu = menu(commands, () => chatNow().commands.map((each) => (
    { words: `/${each.command}`, hint: each.description, act: () => say(`/${each.command}`) })));
  const field = writer({ send: say, before: [commandMenu, attachMenu], escape: () => stopEditing() });
  const edit = h("div", { class: "edit-bar" });
  const keys = h("div", { class: "reply-keys" });
  const invitation = h("div", { class: "invitation" });
  const begin = h("div", { class: "begin" });
  const element = h("footer", { class: "chat-foot" }, edit, invitation, begin, field.form, keys, chooser);
  let invited = false;
  let editing = null;
  let replying = null;

  function chatNow() {
    return state.telegram.chats.find((chat) => chat.id === state.customer);
  }

  function openInvitation(open = true) {
    invited = open;
    change();
    if (open) requestAnimationFrame(() => requestAnimationFrame(() => invitation.querySelector("input")?.focus()));
  }

  function stopEditing() {
    if (state.editing !== null || state.replying !== null) change({ editing: null, replying: null });
  }

  async function sendSample() {
    sendPhoto(await jpegOf(SAMPLE));
  }

  function sendPhoto(blob) {
    const form = formOf([blob, "photo.jpg"]);
    form.append("caption", field.take());
    return upload(`${path()}/photo`, form);
  }

  /** Pictures chosen together are an album, as in the app: several messages that the phone shows as one. */
  async function sendFiles(files) {
    const pictures = await Promise.all(files.map((file) => (file.type.startsWith("image/") ? jpegOf(file) : null)));
    if (pictures.length < 2 || pictures.length > ALBUM || pictures.includes(null)) {
      for (const [index, file] of files.entries()) await sendFile(file, pictures[index]);
      return;
    }
    const form = formOf(...pictures.map((picture) => [picture, "photo.jpg"]));
    form.append("caption", field.take());
    await upload(`${path()}/album`, form);
  }

  function sendFile(file, photo) {
    if (photo) return sendPhoto(photo);
    const form = formOf([file, file.name]);
    if (file.type === "audio/ogg") return upload(`${path()}/voice`, form);
    form.append("caption", field.take());
    return upload(`${path()}/document`, form);
  }

  chooser.addEventListener("change", () => {
    sendFiles([...chooser.files]);
    chooser.value = "";
  });

  function start(payload) {
    openInvitation(false);
    return post(`${path()}/start`, { payload });
  }

  function draw(chat) {
    const fresh = !chat.started;
    field.label(t("message"));
    attach.setAttribute("aria-label", t("attach"));
    commands.setAttribute("aria-label", t("commands"));
    commandMenu.hidden = !chat.commands.length;
    field.form.hidden = fresh || chat.blocked;
    drawEdit(chat);
    put(begin, fresh || chat.blocked ? JSON.stringify([chat.id, chat.blocked, spoken()]) : null, () => beginning(chat));
    put(invitation, invited ? JSON.stringify([chat.id, state.about.links, spoken()]) : null, () => entrance(chat));
    put(keys, chat.reply_keyboard ? JSON.stringify([chat.id, chat.reply_keyboard]) : null, () => replyKeys(chat));
  }

  function drawEdit(chat) {
    const message = chat.messages.find((each) => each.message_id === state.editing);
    const answered = chat.messages.find((each) => each.message_id === state.replying);
    const shown = message ?? answered;
    put(edit, shown ? `${message ? "edit" : "reply"}${shown.message_id}${spoken()}` : null, () => h("div", {},
      icon(message ? "edit" : "reply"), h("p", {}, h("strong", {}, t(message ? "editing" : "replying")), h("span", {}, inShort(shown))),
      h("button", { type: "button", class: "round", "aria-label": t("cancel"), onclick: stopEditing }, icon("close"))));
    if (replying !== state.replying && answered) field.field.focus();
    replying = state.replying;
    if (editing === state.editing) return;
    editing = state.editing;
    field.fill(message?.text ?? "");
    if (message) field.field.focus();
  }

  function beginning(chat) {
    const words = chat.blocked ? t("restart") : t("start");
    return h("div", {},
      h("button", { type: "button", class: "primary", onclick: () => start("") }, words),
      h("button", { type: "button", class: "link", onclick: () => openInvitation(!invited) }, t("invitation")));
  }

  /** Takes a whole link (https://t.me/bot?start=...) or only what it carries. */
  function entrance(chat) {
    const entry = h("input", { type: "text", "aria-label": t("invitationLink"), placeholder: t("invitationLink"), autocomplete: "off" });
    const open = (event) => {
      event.preventDefault();
      const payload = /[?&]start=([\w-]+)/.exec(entry.value)?.[1] ?? entry.value.trim();
      if (payload) start(payload);
    };
    const ready = state.about.links.filter((link) => link.customer === chat.id);
    return h("form", { onsubmit: open },
      ready.map((link) => h("button", { type: "button", class: "ready", onclick: () => start(link.payload) }, icon("link"), pick(link.label))),
      h("div", {}, entry, h("button", { type: "submit", class: "primary" }, t("follow")),
        h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: () => openInvitation(false) }, icon("close"))));
  }

  function replyKeys(chat) {
    return h("div", {}, chat.reply_keyboard.keyboard.map((row) => h("div", {}, row.map((button) => h("button", {
      type: "button",
      onclick: () => (button.request_contact ? post(`${path()}/contact`, {}) : say(button.text)),
    }, button.text)))));
  }

  return { element, draw };
}
