// A form of the app over the workspace, filled in and sent by the member we act as.

import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { text } from "./elements.js";
import { answers, uploaded } from "./fields.js";
import { icon } from "./icons.js";
import { post, upload } from "./server.js";
import { state } from "./state.js";
import { t } from "./words.js";

/** Tells one standing of a form from another: the fields stay as they are until the app changes them. */
export function formSign(view) {
  return JSON.stringify([view.id, view.blocks, view.title, view.errors, view.trouble, state.member]);
}

/** `kept` are answers typed before the form was drawn anew. */
export function form(view, kept) {
  const send = async (event) => {
    event.preventDefault();
    const button = box.querySelector("[type=submit]");
    button.disabled = true;
    const values = await uploaded(answers(box, view.blocks), bring);
    await post("/slack/submit", { member: state.member, values });
    button.disabled = false;
  };
  const bring = async (files) => {
    const form = new FormData();
    form.append("member", state.member);
    for (const file of files) form.append("file", file);
    return (await upload("/slack/attach", form))?.files;
  };
  const close = () => post("/slack/close", { member: state.member });
  const act = (element, block, option) => post("/slack/press", {
    member: state.member, view: "modal", action_id: element.action_id, block_id: block.block_id, value: element.value, option,
  });
  const box = h("form", { class: "form", role: "dialog", "aria-label": view.title.text, onsubmit: send },
    h("header", {}, h("h3", {}, text(view.title)),
      h("button", { type: "button", class: "round", "aria-label": t("close"), onclick: close }, icon("close"))),
    view.trouble ? h("p", { class: "error" }, view.trouble) : null,
    h("div", { class: "fields-list" }, blocks(view.blocks, { act, values: { ...filled(view), ...kept }, errors: view.errors })),
    h("footer", {},
      h("button", { type: "button", onclick: close }, text(view.close) || t("cancel")),
      view.submit ? h("button", { type: "submit", class: "primary" }, text(view.submit)) : null));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) box.requestSubmit();
  });
  return box;
}

/** What the app or an earlier attempt has put into the fields. */
function filled(view) {
  const values = {};
  for (const [block, actions] of Object.entries(view.state.values)) {
    for (const state_ of Object.values(actions)) {
      const value = state_.value ?? state_.selected_date ?? state_.selected_time ?? state_.selected_option?.value
        ?? state_.selected_options?.map((option) => option.value) ?? state_.selected_user ?? state_.selected_channel
        ?? state_.files?.map((file) => file.id);
      if (value !== undefined && value !== null) values[block] = value;
    }
  }
  return values;
}
