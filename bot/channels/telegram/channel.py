"""One Telegram bot as a channel: the parts of this folder put together."""

import asyncio
import logging
import re
from collections.abc import Sequence
from functools import partial

from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.api.client import AiohttpRequest
from bot.channels.telegram.api.download import download
from bot.channels.telegram.api.errors import describe, refused_token
from bot.channels.telegram.api.proxy import Proxy
from bot.channels.telegram.api.wire import Wire
from bot.channels.telegram.inbound.polling import Poller
from bot.channels.telegram.inbound.reading import ALLOWED_UPDATES, Reader
from bot.channels.telegram.inbound.webhook import PATH, Webhook
from bot.channels.telegram.outbound.menus import Menus, show_menus
from bot.channels.telegram.outbound.performing import perform
from bot.channels.telegram.outbound.sending import Dispatch
from bot.monitoring.pulse import Pulse
from conversations.effects import At
from conversations.events import Event, Instant
from handlers.turn.ports import Outcome, Parcel, ReadAttachment, Receive
from storage.interface.inbox import RawBody

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramChannel:
    """A `Channel` over the Bot API; polls, or waits to be called where it has a webhook."""

    def __init__(
        self,
        bot: Bot,
        wire: Wire,
        dispatch: Dispatch,
        menus: Menus,
        *,
        webhook: Webhook | None = None,
        webhook_url: str = "",
        mark_answered: bool = True,
        pulse: Pulse | None = None,
    ) -> None:
        self.pulse = pulse or Pulse()
        self._bot = bot
        self._wire = wire
        self._dispatch = dispatch
        self._menus = menus
        self._webhook = webhook
        self._webhook_url = webhook_url
        self._mark_answered = mark_answered
        self._reader: Reader | None = None

    @property
    def account(self) -> str:
        """`telegram:<bot id>`. Raises RuntimeError before `open`."""
        return self._known().account

    @property
    def username(self) -> str:
        """The bot's own name without @, for deep links `https://t.me/<username>?start=...`; known after `open`."""
        return self._known().username

    @property
    def polls(self) -> bool:
        """Whether updates are asked for: only one may ask at a time."""
        return self._webhook is None

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """What our HTTP server must offer for this channel; empty when polling."""
        return () if self._webhook is None else (web.post(PATH, self._webhook.handle),)

    async def open(self) -> None:
        """Find out who we are, set menus and webhook. Raises ConnectionError or PermissionError."""
        try:
            await self._bot.initialize()
            me = self._bot.bot
            await self._arrange()
        except TelegramError as error:
            failure = self._failure(error)
        else:
            self._reader = Reader(f"telegram:{me.id}", me.username or "")
            return
        raise failure  # out here, because the library's own words about a refused token contain it

    async def listen(self, receive: Receive) -> None:
        """Take in updates until cancelled. Raises PermissionError when the token is refused."""
        if self._webhook is None:
            await Poller(self._wire, self.account, pulse=self.pulse).run(receive)
            return
        self._webhook.connect(self.account, receive)
        try:
            await asyncio.Event().wait()
        finally:
            self._webhook.disconnect()

    def read(self, body: RawBody, at: Instant) -> Event | None:
        """Translate a stored update; None for one to ignore. Raises Unreadable."""
        return self._known().read(body, at)

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel."""
        return await self._dispatch.send(parcel)

    async def perform(self, effect: At) -> None:
        """Run a perishable effect."""
        await perform(self._wire, effect, mark_answered=self._mark_answered)

    async def close(self) -> None:
        """Close connections."""
        await self._wire.close()
        await self._bot.shutdown()

    async def _arrange(self) -> None:
        """Tell the platform how we want to hear from it. What waits there is never thrown away."""
        if self._webhook is None:
            await self._bot.delete_webhook(drop_pending_updates=False)
        else:
            await self._bot.set_webhook(
                self._webhook_url,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                secret_token=self._webhook.secret,
            )
        await show_menus(self._bot, self._menus)

    def _failure(self, error: TelegramError) -> OSError:
        if refused_token(error):
            return PermissionError("Telegram refuses the token: check [telegram] token")
        words = describe(error, self._bot.token)
        if isinstance(error, BadRequest):
            return PermissionError(
                f"Telegram refuses the settings, check [telegram.webhook] url and menus: {words}"
            )
        return ConnectionError(f"Telegram does not answer: {words}")

    def _known(self) -> Reader:
        if self._reader is None:
            raise RuntimeError("the channel is not open yet")
        return self._reader


def open_channel(  # noqa: PLR0913 - one for each setting
    *,
    token: str,
    read_attachment: ReadAttachment,
    base_url: str = "https://api.telegram.org/bot",
    base_file_url: str = "https://api.telegram.org/file/bot",
    webhook_url: str = "",
    webhook_secret: str = "",
    menus: Menus | None = None,
    mark_answered: bool = True,
    proxy: Proxy | None = None,
) -> TelegramChannel:
    """Put a channel together; with a `webhook_url` it is called by the platform, else it polls.

    Without `mark_answered` the buttons of an answered question stay: one call less for a press.

    Raises ValueError for a secret the platform would not take: 1 to 256 of `A-Z a-z 0-9 _ -`.
    """
    if webhook_url and not _SECRET.fullmatch(webhook_secret):
        raise ValueError("[telegram.webhook] secret must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -")
    # Below this level the library logs its addresses, which contain the token, and everything people write.
    logging.getLogger("telegram").setLevel(logging.WARNING)
    request = AiohttpRequest(proxy)
    bot = Bot(
        token, base_url=base_url, base_file_url=base_file_url, request=request, get_updates_request=request
    )
    pulse = Pulse()
    wire = Wire(bot.base_url, token, request, pulse)
    dispatch = Dispatch(wire, partial(download, bot, request), read_attachment)
    webhook = Webhook(webhook_secret) if webhook_url else None
    return TelegramChannel(
        bot,
        wire,
        dispatch,
        menus or {},
        webhook=webhook,
        webhook_url=webhook_url,
        mark_answered=mark_answered,
        pulse=pulse,
    )
