// Block Kit blocks as nodes. Shapes: docs.slack.dev/reference/block-kit/blocks

import { h, safeLink } from "./dom.js";
import { element, text } from "./elements.js";
import { question } from "./fields.js";
import { richText } from "./rich.js";
import { thumbnail } from "./viewer.js";
import { t } from "./words.js";

export const FILES = "/sandbox/slack/files/";

/** The blocks of a message, home or form; `context` is {act, values, errors}. */
export function blocks(list, context) {
  return list.map((block) => h("div", { class: `block ${block.type}` }, SHOWN[block.type]?.(block, context) ?? t("unsupported", block.type)));
}

const SHOWN = {
  header: (block) => h("h4", {}, text(block.text)),
  divider: () => h("hr"),
  rich_text: richText,
  markdown: (block) => h("p", {}, block.text),
  section: (block, context) => [
    h("div", { class: "body" },
      block.text && h("div", { class: "text" }, text(block.text)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, text(field))))),
    block.accessory && (block.accessory.type === "image" ? picture(block.accessory) : element(block.accessory, block, context)),
  ],
  context: (block) => block.elements.map((one) => (one.type === "image" ? picture(one) : h("span", { class: "text" }, text(one)))),
  actions: (block, context) => block.elements.map((one) => element(one, block, context)),
  image: (block) => [block.title && h("small", {}, text(block.title)), picture(block)],
  input: question,
  table: (block) => h("table", {}, block.rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell.type === "rich_text" ? richText(cell) : cell.text ?? ""))))),
};

/** A picture that lies in this workspace; one from elsewhere is only linked, for the page loads nothing from outside. */
function picture(one) {
  const file = one.slack_file?.id ?? /\b(F[A-Z0-9]{6,})\b/.exec(one.slack_file?.url ?? "")?.[1];
  if (file) return thumbnail(FILES + file, one.alt_text ?? t("photo"));
  return safeLink(one.image_url ?? "", one.alt_text ?? t("photo")) ?? t("photo");
}
