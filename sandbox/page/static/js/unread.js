// What each member has not seen yet, as long as the page is open.

import { calls } from "./slack_message.js";

const seen = new Map(); // "member channel" or "member channel thread" -> ts of the last message seen

function key(...parts) {
  return parts.join(" ");
}

export function saw(member, channel, thread = "") {
  const list = thread ? channel.messages.find((each) => each.ts === thread)?.replies : channel.messages;
  const last = list?.at(-1);
  if (last) seen.set(key(member, channel.id, thread), last.ts);
}

export function unseenReplies(member, channel, message) {
  const last = seen.get(key(member, channel.id, message.ts)) ?? "";
  return message.replies.filter((reply) => reply.ts > last && reply.user !== member);
}

/** {news, called}: whether something is new in a channel, and how many of it call the member by name. */
export function unseen(member, channel) {
  const last = seen.get(key(member, channel.id, "")) ?? "";
  const fresh = channel.messages.filter((message) => message.ts > last && message.user !== member);
  const replies = channel.messages.flatMap((message) => unseenReplies(member, channel, message));
  const direct = channel.kind === "im";
  const called = [...fresh, ...replies].filter((message) => direct || calls(message, member)).length;
  return { news: fresh.length > 0, called };
}
