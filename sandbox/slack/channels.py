"""Where people talk: public and private channels and direct messages with the bot."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.ids import Json
from sandbox.slack.messages import Message
from sandbox.slack.pulse import Pulse

Kind = Literal["channel", "group", "im"]


@dataclass(slots=True, eq=False)
class Channel:
    """A conversation. `messages` holds everything in order of time, replies included; deleted ones are gone."""

    id: str
    name: str
    kind: Kind
    team: str
    pulse: Pulse
    members: list[str] = field(default_factory=list)
    archived: bool = False
    shared: bool = False
    created: int = 0
    previous_names: list[str] = field(default_factory=list)  # the latest first
    messages: list[Message] = field(default_factory=list)

    def find(self, ts: str) -> Message | None:
        return next((message for message in self.messages if message.ts == ts), None)

    def thread(self, parent: Message | str) -> list[Message]:
        """Return the replies under a message, oldest first, without the message itself."""
        ts = parent if isinstance(parent, str) else parent.ts
        return [message for message in self.messages if message.thread_ts == ts and message.ts != ts]

    def top(self) -> list[Message]:
        """Return what stands in the channel itself: no replies, except broadcast ones."""
        return [message for message in self.messages if not message.is_reply or message.broadcast]

    async def sees(
        self, text_part: str, timeout: float = 10, thread: Message | None = None, after: Message | None = None
    ) -> Message:
        """Wait for the newest message of the bot that shows `text_part`; in a thread or after a message, if given.

        Raises Unseen after `timeout` seconds.
        """

        def look() -> Message | None:
            return next((message for message in reversed(self.messages) if fits(message)), None)

        def fits(message: Message) -> bool:
            return (
                message.author.is_bot
                and message.shows(text_part)
                and (thread is None or message.thread_ts == thread.ts)
                and (after is None or message.ts > after.ts)
            )

        return await self.pulse.until(look, timeout, lambda: self._complaint(text_part))

    def _complaint(self, text_part: str) -> str:
        there = "\n".join(f"  {message.author.name}: {message.words!r}" for message in self.messages[-12:])
        return f"{text_part!r} did not appear in #{self.name}; the last messages are:\n{there or '  (none)'}"

    def shape(self, message: Message, with_metadata: bool = False) -> Json:
        """The message object with what its thread adds: counts on the parent, the parent's author on a reply."""
        shape = message.json(with_metadata)
        replies = self.thread(message)
        if replies:
            shape |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len({reply.author.id for reply in replies}),
                "reply_users": list(dict.fromkeys(reply.author.id for reply in replies)),
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        if message.is_reply and (parent := self.find(message.thread_ts)):
            shape["parent_user_id"] = parent.author.id
        return shape

    @property
    def json(self) -> Json:
        """The conversation object of conversations.info."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_archived": self.archived,
                "is_org_shared": False,
                "context_team_id": self.team,
                "user": self.members[0],
                "is_user_deleted": False,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "previous_names": self.previous_names,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "group",
            "is_general": self.name == "general",
            "is_archived": self.archived,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "created": self.created,
            "context_team_id": self.team,
            "num_members": len(self.members),
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }

    @property
    def named(self) -> Json:
        """The `channel` object of an interaction: direct messages and private channels do not tell their name."""
        names = {"im": "directmessage", "group": "privategroup", "channel": self.name}
        return {"id": self.id, "name": names[self.kind]}
