// Slack's mrkdwn as nodes: *bold* _italic_ ~struck~ `code`, <links|words>, mentions, :emoji:, > quotes.
// Rules: docs.slack.dev/messaging/formatting-message-text

import { h, safeLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, mention } from "./people.js";

const BLOCK = /```([\s\S]+?)```\n?/;
const INLINE = new RegExp([
  "`(?<code>[^`\\n]+)`",
  "<(?<angle>[^<>\\n]+)>",
  ":(?<emoji>[a-z0-9_+-]+):",
  "(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])",
  "(?<![\\w_])_(?<italic>[^\\s_](?:[^_\\n]*[^\\s_])?)_(?![\\w_])",
  "(?<![\\w~])~(?<struck>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])",
].join("|"));

export function mrkdwn(text) {
  const fenced = BLOCK.exec(text);
  if (!fenced) return paragraphs(text);
  const after = text.slice(fenced.index + fenced[0].length);
  return [
    ...paragraphs(text.slice(0, fenced.index).replace(/\n$/, "")),
    h("pre", {}, unescape(fenced[1].replace(/^\n|\n$/g, ""))),
    ...(after ? mrkdwn(after) : []),
  ];
}

/** Lines that begin with > are one quotation together. */
function paragraphs(text) {
  const nodes = [];
  let quote = null;
  const lines = text ? text.split("\n") : [];
  lines.forEach((line, number) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append("\n");
      else nodes.push(quote = h("blockquote"));
      quote.append(...inline(quoted[1]));
      return;
    }
    if (number && !quote) nodes.push("\n");
    quote = null;
    nodes.push(...inline(line));
  });
  return nodes;
}

function inline(text) {
  const found = INLINE.exec(text);
  if (!found) return [unescape(text)];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return [...(before ? [unescape(before)] : []), shown(found.groups), ...(after ? inline(after) : [])];
}

function shown(group) {
  if (group.code) return h("code", {}, unescape(group.code));
  if (group.angle) return angle(group.angle);
  if (group.emoji) return emoji(group.emoji);
  if (group.bold) return h("strong", {}, inline(group.bold));
  if (group.italic) return h("em", {}, inline(group.italic));
  return h("s", {}, inline(group.struck));
}

function angle(content) {
  const [target, words] = content.split("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1));
  if (target.startsWith("!date^")) return words ?? "";
  if (target.startsWith("!")) return h("span", { class: "mention mine" }, `@${target.slice(1).split("^")[0]}`);
  return safeLink(unescape(target), unescape(words ?? target)) ?? unescape(words ?? target);
}

export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
