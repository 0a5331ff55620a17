"""A person in the workspace as tests see one: what they do and what is on their screen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import acting
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Impossible
from sandbox.slack.ids import Json
from sandbox.slack.messages import Message, elements_of
from sandbox.slack.people import Person
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

Place = Channel | Message | View


@dataclass(frozen=True, slots=True)
class Member:
    """One person's hands and eyes."""

    workspace: Workspace
    person: Person

    @property
    def id(self) -> str:
        return self.person.id

    # --- what is on the screen ----------------------------------------------------------------------------------

    @property
    def dm(self) -> Channel:
        """The direct message with the bot."""
        return self.workspace.dm(self.person)

    @property
    def modal(self) -> View | None:
        """The form on top, if one is open."""
        return self.workspace.views.top(self.id)

    @property
    def home(self) -> View | None:
        return self.workspace.views.homes.get(self.id)

    @property
    def ephemerals(self) -> list[Message]:
        """What only this person was shown, oldest first."""
        return self.workspace.ephemerals.get(self.id, [])

    async def sees(self, text_part: str, timeout: float = 10) -> Message:
        """Wait for the bot's words in the direct message or in a message for this person only. Raises Unseen."""

        def look() -> Message | None:
            from_bot = [message for message in self.dm.messages if message.author.is_bot]
            mine = sorted([*from_bot, *self.ephemerals], key=lambda message: message.ts)
            return next((message for message in reversed(mine) if message.shows(text_part)), None)

        def complaint() -> str:
            there = [message.words for message in [*self.dm.messages, *self.ephemerals]]
            return f"{self.person.name} did not see {text_part!r}, but: {there}"

        return await self.workspace.pulse.until(look, timeout, complaint)

    async def sees_modal(self, text_part: str = "", timeout: float = 10) -> View:
        """Wait for an open form that shows `text_part`. Raises Unseen."""
        return await self._sees_view("form", lambda: self.modal, text_part, timeout)

    async def sees_home(self, text_part: str = "", timeout: float = 10) -> View:
        """Wait for an App Home that shows `text_part`. Raises Unseen."""
        return await self._sees_view("home", lambda: self.home, text_part, timeout)

    async def _sees_view(self, what: str, current: Any, text_part: str, timeout: float) -> View:
        def look() -> View | None:
            view: View | None = current()
            return view if view is not None and text_part in view.words else None

        def complaint() -> str:
            view: View | None = current()
            there = view.words if view is not None else None
            return f"{self.person.name} did not see a {what} with {text_part!r}, but: {there!r}"

        return await self.workspace.pulse.until(look, timeout, complaint)

    # --- what they do -------------------------------------------------------------------------------------------

    async def says(
        self,
        channel: Channel,
        text: str,
        thread: Message | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> Message:
        """Write in a channel or, with `thread`, under a message; `files` are names with their bytes."""
        thread_ts = "" if thread is None else thread.thread_ts or thread.ts
        return acting.speak(self.workspace, self.person, channel, text, thread_ts, files)

    async def says_to_bot(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> Message:
        return acting.speak(self.workspace, self.person, self.dm, text, files=files)

    async def edits(self, message: Message, text: str) -> None:
        acting.rewrite(self.workspace, self.workspace.channels[message.channel], message, text)

    async def deletes(self, message: Message) -> None:
        self.workspace.delete(self.workspace.channels[message.channel], message)

    async def presses(self, label: str, in_: Place | None = None, option: Any = None) -> None:
        """Press the newest button with this label (or action_id) in a place; without one, in all this person sees.

        A form that is open covers everything else. Raises Impossible without such a button, Unanswered.
        """
        places = list(self._places(in_))
        for fits in (_is_called, _is_nearly_called):
            for place in places:
                if element := next((each for each in _elements(place) if fits(each, label)), None):
                    await self._press(place, element, option)
                    return
        raise Impossible(f"{self.person.name} sees no button {label!r}; there are {self.buttons(in_)}")

    async def chooses(self, label: str, option: Any, in_: Place | None = None) -> None:
        """Choose an option (by its text or value) in a menu, named by placeholder, action_id, block_id or label."""
        await self.presses(label, in_, option)

    def buttons(self, in_: Place | None = None) -> list[str]:
        """The labels and menus this person could use, newest place first."""
        return [next(_names(element)) for place in self._places(in_) for element in _elements(place)]

    async def submits(self, values: Json | None = None) -> None:
        """Fill in the form on top (fields by label, block_id or action_id) and submit it.

        Afterwards `modal` is another or None; where it is the same, its `errors` say why.
        Raises Impossible, Unanswered.
        """
        await acting.submit(self.workspace, self.person, values or {})

    async def closes(self, everything: bool = False) -> None:
        """Close the form on top, or with the X all of them."""
        await acting.close(self.workspace, self.person, everything)

    async def opens_home(self) -> None:
        acting.open_home(self.workspace, self.person)

    async def commands(self, name: str, text: str = "", channel: Channel | None = None) -> None:
        """Type a slash command in a channel, or in the direct message. Raises Unanswered."""
        await acting.command(self.workspace, self.person, name, text, channel or self.dm)

    async def uses_shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Use a global shortcut, or one on a message. Raises Unanswered."""
        if message is None:
            await acting.shortcut(self.workspace, self.person, callback_id)
        else:
            channel = self.workspace.channels[message.channel]
            await acting.message_shortcut(self.workspace, self.person, callback_id, channel, message)

    # --- finding things -----------------------------------------------------------------------------------------

    async def _press(self, place: Message | View, element: Json, value: Any) -> None:
        if isinstance(place, View):
            await acting.press_in_view(self.workspace, self.person, place, element, value)
        else:
            channel = self.workspace.channels[place.channel]
            await acting.press_in_message(self.workspace, self.person, channel, place, element, value)

    def _places(self, in_: Place | None) -> Iterator[Message | View]:
        if isinstance(in_, Channel):
            shown = [each for each in self.ephemerals if each.channel == in_.id]
            yield from _newest_first([*in_.messages, *shown])
        elif in_ is not None:
            yield in_
        elif self.modal is not None:
            yield self.modal
        else:
            yield from _newest_first([*self._readable(), *self.ephemerals])
            if self.home is not None:
                yield self.home

    def _readable(self) -> Iterator[Message]:
        for channel in self.workspace.channels.values():
            if self.id in channel.members:
                yield from channel.messages


def _newest_first(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda message: message.ts, reverse=True)


def _elements(place: Message | View) -> Iterator[Json]:
    """Yield the place's elements, each with the label of the block that asks for it."""
    blocks = place.blocks if isinstance(place, View) else place.every_block
    labels = {block["block_id"]: block.get("label") for block in blocks}
    for element in elements_of(blocks):
        yield element | {"label": labels[element["block_id"]]}


def _names(element: Json) -> Iterator[str]:
    """Yield what a person or a test may call it, the words on the screen first."""
    for text in (element.get("text"), element.get("placeholder"), element.get("label")):
        if isinstance(text, dict):
            yield str(text["text"])
    yield str(element["action_id"])
    yield str(element["block_id"])


def _is_called(element: Json, label: str) -> bool:
    return label in _names(element)


def _is_nearly_called(element: Json, label: str) -> bool:
    """The label is a part of the words, as where an emoji stands before them."""
    return label in next(_names(element))
