// Slack's rich text as nodes. Shape: docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { h, safeLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, mention } from "./people.js";

export function richText(block) {
  return h("div", { class: "rich" }, block.elements.map(section));
}

function section(part) {
  const nodes = () => part.elements.map(element);
  switch (part.type) {
    case "rich_text_quote": return h("blockquote", {}, nodes());
    case "rich_text_preformatted": return h("pre", {}, nodes());
    case "rich_text_list": return h(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((one) => h("li", {}, section(one))));
    default: return h("div", {}, nodes());
  }
}

function element(part) {
  switch (part.type) {
    case "text": return styled(part.style, part.text);
    case "link": return styled(part.style, safeLink(part.url, part.text ?? part.url) ?? part.text ?? part.url);
    case "user": return mention(part.user_id);
    case "channel": return channelMention(part.channel_id);
    case "broadcast": return h("span", { class: "mention mine" }, `@${part.range}`);
    case "emoji": return emoji(part.name);
    default: return part.text ?? part.fallback ?? "";
  }
}

function styled(style, node) {
  let shown = node;
  if (style?.code) shown = h("code", {}, shown);
  if (style?.strike) shown = h("s", {}, shown);
  if (style?.italic) shown = h("em", {}, shown);
  if (style?.bold) shown = h("strong", {}, shown);
  return shown;
}
