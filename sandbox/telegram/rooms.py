"""Groups and channels the bot is in."""

import time
from typing import Any

from sandbox.telegram.people import Customer, standing
from sandbox.telegram.seeing import Message, View
from sandbox.telegram.text import find_entities
from sandbox.telegram.world import Chat, World


class Group(View):
    """A group; people write into it by `customer.says(text, into=group)`. The bot hears everything there."""

    async def adds_bot(self, by: Customer) -> None:
        self._stands(by, "left", "member")

    async def removes_bot(self, by: Customer) -> None:
        self._stands(by, "member", "kicked")

    def _stands(self, by: Customer, old: str, new: str) -> None:
        self.chat.member = new == "member"
        self.world.updates.add("my_chat_member", standing(self.world, self.chat, by.user, old, new))
        self.world.changes.tell("chat", self.chat.id, {})

    async def migrates(self, by: Customer, new_id: int) -> "Group":
        """The group becomes a supergroup: the old id is refused from now on, naming the new one."""
        about = {**self.chat.about, "id": new_id, "type": "supergroup"}
        new = Chat(id=new_id, about=about)
        self.world.chats[new_id] = new
        left = self.world.write(self.chat, by.user, {"migrate_to_chat_id": new_id})
        self.chat.migrated_to = new_id
        came = self.world.write(new, by.user, {"migrate_from_chat_id": self.chat.id})
        for message in (left, came):
            self.world.updates.add("message", message)
        return Group(self.world, new)


class Channel(View):
    """A channel the bot is a member of."""

    async def posts(self, text: str) -> Message:
        entities = find_entities(text)
        content = {"text": text} | ({"entities": entities} if entities else {})
        post = self.world.write(self.chat, None, content)
        self.world.updates.add("channel_post", post)
        return Message(post, False)

    async def edits(self, message: Message, text: str) -> None:
        new: dict[str, Any] = {**message.raw, "text": text, "edit_date": int(time.time())}
        self.chat.messages[message.id] = new
        self.world.touch(self.chat, new, "edit")
        self.world.updates.add("edited_channel_post", new)


def open_room(world: World, chat_id: int, kind: str, title: str, username: str = "") -> Chat:
    """A new group, supergroup or channel; ids of rooms are negative."""
    if chat_id >= 0:
        raise ValueError(f"the id of a {kind} is negative, not {chat_id}")
    about: dict[str, Any] = {"id": chat_id, "type": kind, "title": title}
    if username:
        about["username"] = username
    chat = world.chats[chat_id] = Chat(id=chat_id, about=about)
    return chat
