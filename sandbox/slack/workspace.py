"""The workspace itself: people, channels, messages, files and views, and what the app is told about them."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import events
from sandbox.slack.blocks import with_ids
from sandbox.slack.channels import Channel, Kind
from sandbox.slack.delivery import Office
from sandbox.slack.delivery_socket import SocketCarrier
from sandbox.slack.errors import Impossible
from sandbox.slack.files import StoredFile, Upload
from sandbox.slack.ids import Json, Stamps, fresh, named
from sandbox.slack.messages import Message
from sandbox.slack.people import Person
from sandbox.slack.pulse import Pulse
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import Views

RESPONSE_URL_LIFETIME = 1800.0  # seconds
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class ResponseUrl:
    """A way for the app to answer one interaction without a token, five times within half an hour."""

    person: Person
    channel: Channel
    origin: Message | None
    born: float = field(default_factory=time.monotonic)
    uses: int = 0

    @property
    def spent(self) -> bool:
        return self.uses >= RESPONSE_URL_USES or time.monotonic() - self.born > RESPONSE_URL_LIFETIME


@dataclass(frozen=True, slots=True)
class Keys:
    """The app's secrets, as an administrator would copy them from the app's pages."""

    bot_token: str
    app_token: str
    signing_secret: str


class Workspace:
    """One team with one installed app. Changes are made by its methods only, so that nothing goes unannounced."""

    def __init__(self, team: str, keys: Keys, office: Office, sockets: SocketCarrier, pulse: Pulse) -> None:
        self.team = team
        self.keys = keys
        self.office = office
        self.sockets = sockets
        self.pulse = pulse
        self.url = ""  # "http://127.0.0.1:8080", known once it is served
        self.domain = "sandbox"
        self.app_id = sockets.app_id
        self.bot = Person(
            named("U", f"bot {team}"),
            "anliegen",
            "Anliegen",
            team,
            team,
            bot_id=named("B", team),
            app_id=self.app_id,
        )
        self.subscriptions: Collection[str] = events.SUBSCRIPTIONS
        self.stamps = Stamps()
        self.people: dict[str, Person] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, StoredFile] = {}
        self.uploads: dict[str, Upload] = {}
        self.ephemerals: dict[str, list[Message]] = {}
        self.views = Views(team, self.app_id, self.bot.bot_id)
        self.triggers = Triggers(team)
        self.response_urls: dict[str, ResponseUrl] = {}

    # --- places -------------------------------------------------------------------------------------------------

    def add_channel(self, name: str, kind: Kind = "channel", shared: bool = False) -> Channel:
        """Return the channel of this name, made if there is none; full members are in public ones."""
        existing = self.channel_named(name)
        if existing is not None:
            return existing
        known = len(self.channels)  # a renamed one keeps the id that its name gave it
        channel_id, now = named("C", f"{self.team} {name}"), int(time.time())
        if channel_id in self.channels:
            channel_id = named("C", f"{self.team} {name} {known}")
        channel = Channel(channel_id, name, kind, self.team, self.pulse, shared=shared, created=now)
        if kind == "channel":
            channel.members = [person.id for person in self.people.values() if self._belongs(person)]
        self.channels[channel.id] = channel
        self.pulse.beat()
        return channel

    def channel_named(self, name: str) -> Channel | None:
        bare = name.removeprefix("#")
        return next(
            (each for each in self.channels.values() if each.kind != "im" and each.name == bare), None
        )

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        if self._belongs(person):
            for channel in self.channels.values():
                if channel.kind == "channel":
                    self.join(channel, person)
        self.pulse.beat()
        return person

    def _belongs(self, person: Person) -> bool:
        return not (person.is_bot or person.guest or person.single_channel_guest or person.is_stranger)

    def join(self, channel: Channel, person: Person) -> None:
        if person.id not in channel.members:
            channel.members.append(person.id)

    def archive(self, channel: Channel, archived: bool = True) -> None:
        """Close a channel for everybody, or open it again with those who were in it."""
        channel.archived = archived
        self.pulse.beat()

    def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name; its id stays. Raises Impossible for a name that another one has."""
        bare = name.removeprefix("#")
        if not bare or self.channel_named(bare) not in (None, channel):
            raise Impossible(f"the name {bare!r} is taken or empty")
        if bare != channel.name:
            channel.previous_names.insert(0, channel.name)
            channel.name = bare
        self.pulse.beat()

    def leave(self, channel: Channel, person: Person) -> None:
        """Take somebody out of a channel."""
        if person.id in channel.members:
            channel.members.remove(person.id)
        self.pulse.beat()

    def dm(self, person: Person) -> Channel:
        """Return the direct message of a person with the bot."""
        channel_id = named("D", f"{self.team} {person.id}")
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(
                channel_id,
                person.name,
                "im",
                self.team,
                self.pulse,
                [person.id, self.bot.id],
                created=int(time.time()),
            )
        return self.channels[channel_id]

    # --- messages -----------------------------------------------------------------------------------------------

    def post(self, channel: Channel, author: Person, text: str = "", **parts: Any) -> Message:
        """Add a message and tell the app; `parts` are further fields of Message."""
        message = self._message(channel, author, text, parts)
        channel.messages.append(message)
        for file in message.files:
            file.shares.setdefault(channel.id, []).append(message.ts)
        self.announce(events.said(channel, message), channel)
        if f"<@{self.bot.id}>" in message.text and not author.is_bot and channel.kind != "im":
            self.announce(events.mentioned(channel, message), channel)
        self.pulse.beat()
        return message

    def whisper(self, channel: Channel, person: Person, text: str = "", **parts: Any) -> Message:
        """Show a message of the bot to one person only; nobody is told."""
        message = self._message(channel, self.bot, text, {**parts, "ephemeral_for": person.id})
        self.ephemerals.setdefault(person.id, []).append(message)
        self.pulse.beat()
        return message

    def _message(self, channel: Channel, author: Person, text: str, parts: Json) -> Message:
        message = Message(self.stamps.next(), channel.id, author, text, **parts)
        self._complete(message)
        return message

    def _complete(self, message: Message) -> None:
        """Give blocks and attachments the ids that Slack gives."""
        message.blocks = with_ids(message.blocks)
        message.attachments = [
            {"id": number, **attached}
            | ({"blocks": with_ids(attached["blocks"])} if "blocks" in attached else {})
            for number, attached in enumerate(message.attachments, 1)
        ]

    def edit(self, channel: Channel, message: Message, **parts: Any) -> None:
        """Change fields of a message and tell the app of the change."""
        before = channel.shape(message)
        stamp = self.stamps.next()
        for name, value in parts.items():
            setattr(message, name, value)
        self._complete(message)
        message.edited = {"user": message.author.id, "ts": stamp}
        if not message.ephemeral_for:
            self.announce(events.changed(channel, message, before, stamp), channel)
        self.pulse.beat()

    def delete(self, channel: Channel, message: Message) -> None:
        before = channel.shape(message)
        if message.ephemeral_for:
            self.ephemerals[message.ephemeral_for].remove(message)
        else:
            channel.messages.remove(message)
            self.announce(events.deleted(channel, before, self.stamps.next()), channel)
        self.pulse.beat()

    # --- files --------------------------------------------------------------------------------------------------

    def add_file(
        self, name: str, content: bytes, owner: Person, title: str = "", file_id: str = ""
    ) -> StoredFile:
        file = StoredFile(file_id or fresh("F"), name, content, owner.id, self.team, self.url, title or name)
        self.files[file.id] = file
        return file

    # --- the app ------------------------------------------------------------------------------------------------

    def announce(self, event: Json, channel: Channel) -> None:
        """Tell the app, if it is a member and has subscribed to such events."""
        if self.bot.id in channel.members and events.subscription_of(event) in self.subscriptions:
            body = events.wrapped(event, self.team, self.app_id, self.bot, channel.shared)
            self.office.event(body, channel.id)

    def response_url(self, person: Person, channel: Channel, origin: Message | None) -> str:
        key = fresh("R")
        self.response_urls[key] = ResponseUrl(person, channel, origin)
        return f"{self.url}/slack/response/{self.team}/{key}"
