"""LocalSlack: the whole thing put together, with the face that tests use."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.faults import Faults
from sandbox.slack.channels import Channel
from sandbox.slack.delivery import Office, Parcel
from sandbox.slack.delivery_http import HttpCarrier
from sandbox.slack.delivery_socket import SocketCarrier
from sandbox.slack.ids import Json, named
from sandbox.slack.member import Member
from sandbox.slack.messages import Message
from sandbox.slack.page_api import PageApi
from sandbox.slack.people import Person
from sandbox.slack.pulse import Pulse
from sandbox.slack.snapshot import snapshot
from sandbox.slack.web import Call, Web
from sandbox.slack.workspace import Keys, Workspace

MOST_BYTES = 64 * 1024 * 1024


class LocalSlack:
    """A workspace with one app installed. Served alone by `serve`, or mounted on another application.

    Events go to `request_url` if there is one, else to the app's Socket Mode connections.
    """

    def __init__(
        self,
        team: str = "T0SANDBOX01",
        bot_token: str = "xoxb-sandbox-bot",  # noqa: S107 - this Slack's own
        app_token: str = "xapp-sandbox-app",  # noqa: S107
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107
    ) -> None:
        self.pulse = Pulse()
        self.http = HttpCarrier(signing_secret)
        self.sockets = SocketCarrier(named("A", team), self.pulse.beat)
        self.office = Office({"http": self.http, "socket": self.sockets}, self.pulse.beat)
        keys = Keys(bot_token, app_token, signing_secret)
        self.workspace = Workspace(team, keys, self.office, self.sockets, self.pulse)
        self.web = Web(self.workspace)
        self._runner: web.AppRunner | None = None

    # --- serving ------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where this Slack is reached, without a slash at the end; whoever mounts it must set it."""
        return self.workspace.url

    @url.setter
    def url(self, address: str) -> None:
        self.workspace.url = address.rstrip("/")

    @property
    def base_url(self) -> str:
        """What the SDKs call base_url."""
        return f"{self.url}/api/"

    def mount(self, app: web.Application) -> None:
        """Add all routes of the platform and of the page."""
        self.web.mount(app)
        PageApi(self.workspace).mount(app)

    async def serve(self, port: int = 0) -> None:
        """Listen on loopback; `url` is known afterwards."""
        app = web.Application(client_max_size=MOST_BYTES)
        self.mount(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop deliveries, connections and the server."""
        self.faults.close()
        await self.office.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # --- the app's settings -------------------------------------------------------------------------------------

    @property
    def request_url(self) -> str:
        return self.http.request_url

    @request_url.setter
    def request_url(self, address: str) -> None:
        self.http.request_url = address
        self.office.mode = "http" if address else "socket"

    @property
    def retry_delays(self) -> tuple[float, ...]:
        """Seconds before each repetition of an event that was not taken; Slack's own are 0, 60 and 300."""
        return self.office.delays

    @retry_delays.setter
    def retry_delays(self, seconds: tuple[float, ...]) -> None:
        self.office.delays = seconds

    async def verify_request_url(self) -> None:
        """Send the challenge that Slack sends when a request URL is entered. Raises Undelivered."""
        await self.http.verify()

    # --- people and places --------------------------------------------------------------------------------------

    @property
    def bot(self) -> Person:
        return self.workspace.bot

    def channel(
        self,
        name: str,
        *,
        private: bool = False,
        bot: bool = True,
        shared: bool = False,
        archived: bool = False,
    ) -> Channel:
        """Return the channel of this name, made if there is none. `shared` ones hold strangers (Slack Connect)."""
        known = self.workspace.channel_named(name)
        channel = known or self.workspace.add_channel(name, "group" if private else "channel", shared)
        if known is None:
            channel.archived = archived
            if bot:
                self.workspace.join(channel, self.bot)
        return channel

    def member(self, user_id: str, name: str, real_name: str = "", **further: Any) -> Member:
        """Return the member with this id, made if there is none; `further` are fields of Person.

        A guest is `guest=True` or `single_channel_guest=True`, a stranger has another `team`.
        """
        person = self.workspace.people.get(user_id)
        if person is None:
            team = self.workspace.team
            fields = {"team": team, "home_team": team, **further}
            person = self.workspace.add_person(Person(user_id, name, real_name or name.title(), **fields))
        return Member(self.workspace, person)

    def invite(self, channel: Channel, *members: Member) -> None:
        """Add people to a channel: to a private one, or guests and strangers to any."""
        for member in members:
            self.workspace.join(channel, member.person)
        self.pulse.beat()

    def archive(self, channel: Channel) -> None:
        """Nobody can post there any more."""
        self.workspace.archive(channel)

    def unarchive(self, channel: Channel) -> None:
        """Everybody can again."""
        self.workspace.archive(channel, archived=False)

    def rename(self, channel: Channel, name: str) -> None:
        """Give a channel another name; its id stays."""
        self.workspace.rename(channel, name)

    def remove_bot(self, channel: Channel) -> None:
        """Take the bot out of a channel; `invite_bot` lets it in again."""
        self.workspace.leave(channel, self.bot)

    def invite_bot(self, channel: Channel) -> None:
        """Let the bot in."""
        self.workspace.join(channel, self.bot)
        self.pulse.beat()

    # --- what the bot did ---------------------------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        """Scripted faults per API method, and for "upload", "download" and "response_url"."""
        return self.web.faults

    @property
    def calls(self) -> list[Call]:
        """Every API call that was answered, oldest first."""
        return self.web.calls

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @property
    def deliveries(self) -> list[Parcel]:
        """Everything that was sent to the app, oldest first, with the outcomes of each attempt."""
        return self.office.parcels

    @property
    def changed(self) -> list[Callable[[], None]]:
        """Add a function here to be told of every change."""
        return self.pulse.listeners

    @property
    def messages(self) -> list[Message]:
        """All messages of all conversations in order of time, without those for one person only."""
        every = [message for channel in self.workspace.channels.values() for message in channel.messages]
        return sorted(every, key=lambda message: message.ts)

    async def sees(self, text_part: str, timeout: float = 10) -> Message:
        """Wait for the bot's words anywhere: channels, threads, direct and private messages. Raises Unseen."""

        def look() -> Message | None:
            private = [message for shown in self.workspace.ephemerals.values() for message in shown]
            every = [message for message in [*self.messages, *private] if message.author.is_bot]
            return next((message for message in reversed(every) if message.shows(text_part)), None)

        def complaint() -> str:
            return f"{text_part!r} did not appear; the last messages are {[m.words for m in self.messages[-12:]]}"

        return await self.pulse.until(look, timeout, complaint)

    async def until_delivered(self, parcel: Parcel | None = None, timeout: float = 10) -> Parcel:
        """Wait until the app has taken a parcel, the last one without an argument. Raises Unseen."""
        awaited = parcel or self.deliveries[-1]

        def look() -> Parcel | None:
            return awaited if awaited.delivered else None

        return await self.pulse.until(look, timeout, lambda: f"the app did not take it: {awaited.outcomes}")

    def snapshot(self) -> Json:
        """Return the workspace as JSON-able data."""
        return snapshot(self.workspace)
