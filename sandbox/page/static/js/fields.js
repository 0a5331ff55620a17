// The questions of a form: label, field, hint and what is wrong with the answer.

import { freshId, h } from "./dom.js";
import { boxes, chosen, select, text } from "./elements.js";
import { t } from "./words.js";

const ONE_LINE = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url",
  datepicker: "date", timepicker: "time",
};

/** An input block; `context.values` are the answers so far and `context.errors` the objections, both by block. */
export function question(block, context) {
  const one = block.element;
  const id = freshId();
  const value = context.values[block.block_id] ?? preset(one);
  const error = context.errors?.[block.block_id];
  const control = field(one, value);
  const grouped = control.classList.contains("boxes");
  control.id = id;
  if (grouped) control.setAttribute("role", "group");
  control.setAttribute(grouped ? "aria-label" : "data-label", block.label.text);
  if (error) {
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${id}e`);
  }
  return h("div", { class: error ? "question wrong" : "question", "data-field": block.block_id },
    h(grouped ? "span" : "label", { class: "label", for: grouped ? null : id }, block.label.text, block.optional ? h("small", {}, ` ${t("optional")}`) : null),
    control,
    error ? h("p", { class: "error", id: `${id}e` }, error) : null,
    block.hint ? h("p", { class: "hint" }, text(block.hint)) : null);
}

function field(one, value) {
  const placeholder = one.placeholder?.text;
  if (one.type === "plain_text_input" && one.multiline) {
    return h("textarea", { rows: 5, placeholder, maxlength: one.max_length, value: value ?? "" });
  }
  if (one.type === "number_input") return number(one, value);
  if (one.type === "file_input") return files(one, value ?? []);
  if (ONE_LINE[one.type]) return h("input", { type: ONE_LINE[one.type], placeholder, maxlength: one.max_length, value: value ?? "" });
  if (one.type === "checkboxes" || one.type === "radio_buttons") return boxes(one, [value ?? []].flat());
  if (one.type.endsWith("_select")) return select(one, value);
  return h("p", { class: "hint" }, t("unsupported", one.type));
}

function number(one, value) {
  const step = one.is_decimal_allowed ? "any" : "1";
  return h("input", { type: "number", min: one.min_value, max: one.max_value, step, value: value ?? one.initial_value ?? "" });
}

/** Chooses files; what an earlier attempt brought goes along unless others are chosen. */
function files(one, sent) {
  const list = h("input", { type: "file", multiple: (one.max_files ?? 10) > 1, accept: one.filetypes?.map((type) => `.${type}`).join(",") });
  const chosenBefore = sent instanceof FileList;
  list.dataset.sent = JSON.stringify(chosenBefore ? [] : sent);
  if (chosenBefore) list.files = sent;
  return list;
}

function preset(one) {
  return one.initial_value ?? one.initial_date ?? one.initial_time ?? one.initial_option?.value
    ?? one.initial_options?.map((option) => option.value) ?? one.initial_user ?? one.initial_channel ?? null;
}

/** Brings chosen files to the workspace; returns the answers with their ids in place of them. */
export async function uploaded(values, bring) {
  const answered = { ...values };
  for (const [block, value] of Object.entries(values)) {
    if (value instanceof FileList) answered[block] = (await bring([...value])) ?? [];
  }
  return answered;
}

/** The answers of a form by block. */
export function answers(form, blocks) {
  const values = {};
  for (const block of blocks.filter((each) => each.type === "input")) {
    const place = form.querySelector(`[data-field="${CSS.escape(block.block_id)}"]`);
    if (place?.querySelector("input, textarea, select")) values[block.block_id] = chosen(block.element, place);
  }
  return values;
}
