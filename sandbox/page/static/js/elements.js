// Interactive elements of Block Kit. `context.act(element, block, option)` tells that one was pressed or chosen.
// Shapes: docs.slack.dev/reference/block-kit/block-elements

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { state } from "./state.js";
import { ask } from "./viewer.js";
import { t } from "./words.js";

export function text(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text) : object.text;
}

/** An element as it stands in a message, a home, or beside a text. */
export function element(one, block, context) {
  switch (one.type) {
    case "button": return button(one, block, context);
    case "overflow": return overflow(one, block, context);
    case "static_select": case "users_select": case "channels_select": case "conversations_select":
      return select(one, null, (value) => context.act(one, block, value));
    case "radio_buttons": case "checkboxes":
      return boxes(one, [], (event) => context.act(one, block, chosen(one, event.currentTarget)));
    case "datepicker": return h("input", { type: "date", value: one.initial_date ?? "", onchange: (event) => context.act(one, block, event.target.value) });
    case "image": return null;
    default: return h("small", { class: "quiet" }, t("unsupported", one.type));
  }}

function button(one, block, context) {
  const kind = { primary: "primary", danger: "danger" }[one.style] ?? "";
  const label = { "aria-label": one.accessibility_label };
  if (one.url) return h("a", { class: `button ${kind}`, href: one.url, target: "_blank", rel: "noopener noreferrer", ...label }, one.text.text);
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (one.confirm && !(await confirmed(one.confirm))) return;
    pressed.classList.add("pressed");
    await context.act(one, block);
    pressed.classList.remove("pressed");
  };
  return h("button", { type: "button", class: kind, onclick: press, ...label }, one.text.text);
}

function confirmed(confirm) {
  return ask({ title: text(confirm.title), text: text(confirm.text), yes: text(confirm.confirm), no: text(confirm.deny) });
}

function overflow(one, block, context) {
  const opener = h("button", { type: "button", class: "round", "aria-label": t("chatMenu") }, icon("more"));
  return menu(opener, () => one.options.map((option) => ({ words: option.text.text, act: () => context.act(one, block, option.value) })));
}

/** What a list offers: [value, words]. People and channels are those of the workspace. */
function offered(one) {
  if (one.type.endsWith("users_select")) return state.slack.people.map((person) => [person.id, person.real_name]);
  if (one.type.endsWith("channels_select") || one.type.endsWith("conversations_select")) {
    return state.slack.channels.map((channel) => [channel.id, `#${channel.name}`]);
  }
  const groups = one.option_groups ?? [one];
  return groups.flatMap((group) => group.options.map((option) => [option.value, option.text.text]));
}

export function select(one, value, changed = () => {}) {
  const many = one.type.startsWith("multi_");
  const preset = many ? (value ?? []) : [value].filter(Boolean);
  const list = h("select", { multiple: many, onchange: () => list.value && changed(list.value) },
    many ? null : h("option", { value: "" }, one.placeholder ? one.placeholder.text : t("choose")),
    offered(one).map(([each, words]) => h("option", { value: each, selected: preset.includes(each) }, words)));
  return list;
}

export function boxes(one, values, changed = () => {}) {
  const kind = one.type === "checkboxes" ? "checkbox" : "radio";
  const name = `${one.action_id}${Math.random()}`;
  return h("div", { class: "boxes", onchange: changed }, one.options.map((option) => h("label", {},
    h("input", { type: kind, name, value: option.value, checked: values.includes(option.value) }),
    h("span", {}, text(option.text), option.description ? h("small", {}, text(option.description)) : null))));
}

/** What is ticked or chosen in an element's field. */
export function chosen(one, field) {
  const ticked = [...field.querySelectorAll("input:checked")].map((input) => input.value);
  switch (one.type) {
    case "checkboxes": return ticked;
    case "radio_buttons": return ticked[0] ?? null;
    default: {
      const control = field.querySelector("input, textarea, select");
      if (control.type === "file") return control.files.length ? control.files : JSON.parse(control.dataset.sent);
      if (control.multiple) return [...control.selectedOptions].map((option) => option.value);
      return control.value || null;
    }
  }
}
