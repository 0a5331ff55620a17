// Telegram's formatted text: a text and its entities, with offsets in UTF-16 units as in JavaScript's own strings.

import { h, safeLink } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

/** The nodes that show the text; `command(text)` is called when a bot command in it is pressed. */
export function formatted(text, entities = [], command = () => {}) {
  const sorted = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return between(text, 0, text.length, sorted, command);
}

function between(text, from, to, entities, command) {
  const nodes = [];
  let at = from;
  for (let n = 0; n < entities.length; n += 1) {
    const entity = entities[n];
    const end = Math.min(entity.offset + entity.length, to);
    if (entity.offset < at || entity.offset >= to) continue;
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const inside = entities.slice(n + 1).filter((other) => other.offset < end);
    nodes.push(wrapped(entity, text.slice(entity.offset, end), between(text, entity.offset, end, inside, command), command));
    at = end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrapped(entity, words, nodes, command) {
  switch (entity.type) {
    case "text_link": return safeLink(entity.url, nodes) ?? h("span", {}, nodes);
    case "url": return safeLink(/^[a-z]+:/i.test(words) ? words : `https://${words}`, nodes) ?? h("span", {}, nodes);
    case "email": return safeLink(`mailto:${words}`, nodes) ?? h("span", {}, nodes);
    case "bot_command": return h("button", { type: "button", class: "command", onclick: () => command(words) }, nodes);
    case "spoiler": return h("span", { class: "spoiler", tabindex: 0 }, nodes);
    default: return h(TAGS[entity.type] ?? "span", {}, nodes);
  }
}
