"""Bolt's part: its middleware and listeners turn a stored payload into the response that Slack waits for.

The response depends on pure checks only, so that every redelivery of a body gets the same one; the effects happen
when the stored row is applied.
"""

import logging
import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.inbound.payloads import Identity, Payload, key_of
from bot.channels.slack.inbound.reading import FormWords, objections, read
from bot.channels.slack.response_urls import ResponseUrls
from conversations.events import Commanded
from handlers.turn.ports import Unreadable

log = logging.getLogger(__name__)

Next = Callable[[], Awaitable[None]]
_ANY = re.compile(r".*", re.DOTALL)


def acknowledging(
    us: Callable[[], Identity], base_url: str, answers: ResponseUrls, words: FormWords
) -> AsyncApp:
    """Return the app that responds to Slack; `us` returns our identity, `words` say what a form lacks.

    The ingress has already checked the signature over the raw bytes.
    """

    async def authorize() -> AuthorizeResult:
        we = us()
        return AuthorizeResult(enterprise_id=None, team_id=we.team, bot_id=we.bot, bot_user_id=we.user)

    app = AsyncApp(
        name="anliegen",
        logger=_quiet(),
        client=AsyncWebClient(base_url=base_url),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )

    async def hear_complaint(ack: AsyncAck, body: Payload, next_: Next) -> BoltResponse | None:
        """Acknowledge Slack's notice that it rate-limits events: it is no event, and Bolt would refuse it."""
        if body.get("type") == "app_rate_limited":
            log.warning("Slack holds back events: there were more than 30,000 within an hour")
            return await ack()
        await next_()
        return None

    async def acknowledge(ack: AsyncAck, body: Payload) -> BoltResponse:
        try:
            event = read(body, key_of(body), 0, us())
        except Unreadable:
            return await ack()  # stored, and a dead letter soon
        if event is not None and event.sender and isinstance(event.what, Commanded):
            answers.remember(event.address.chat, event.sender.id, body.get("response_url", ""))
        return await ack()

    async def judge(ack: AsyncAck, body: Payload) -> BoltResponse:
        wrong = objections(body, words)
        return await ack(response_action="errors", errors=wrong) if wrong else await ack()

    app.use(hear_complaint)
    app.event(_ANY)(acknowledge)
    app.action(_ANY)(acknowledge)
    app.command(_ANY)(acknowledge)
    app.shortcut(_ANY)(acknowledge)
    app.view(_ANY)(judge)
    app.view_closed(_ANY)(acknowledge)
    return app


async def respond(app: AsyncApp, ask: Callable[[], AsyncBoltRequest]) -> BoltResponse:
    """Return Bolt's response to a stored payload; 200 if Bolt fails, since a redelivery would not help."""
    try:
        said = await app.async_dispatch(ask())
    except Exception as error:  # it trusts payloads to have the shape it knows
        log.warning("Bolt cannot answer a payload: %s", type(error).__name__)
        return BoltResponse(status=200)
    if said.status != 200:
        log.warning("Bolt cannot answer a payload: %d", said.status)
        return BoltResponse(status=200)
    return said


def _quiet() -> logging.Logger:
    """Bolt's warnings quote whole payloads, people's words included, and its errors are told by `respond`."""
    logger = logging.getLogger("slack_bolt.anliegen")
    logger.setLevel(logging.CRITICAL)
    return logger
