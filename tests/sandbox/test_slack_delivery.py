"""How the local Slack brings events to the app: signed, in order, repeated until taken, over both ways."""

import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.acting import Unanswered
from sandbox.slack.delivery import Undelivered
from sandbox.slack.local import LocalSlack


class Receiver:
    """A plain HTTP server in the app's place: keeps every request and answers with the next status, then 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append(
            ({name.lower(): value for name, value in request.headers.items()}, await request.text())
        )
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers=self.headers)

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["event"]["text"] for _, body in self.requests]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    slack = LocalSlack(signing_secret="secret")
    slack.office.delays = (0.0, 0.0, 0.0)
    await slack.serve()
    yield slack
    await slack.close()


@pytest.fixture
async def receiver(slack: LocalSlack) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


async def settled(slack: LocalSlack, *outcomes: str) -> None:
    """Wait until the last parcel has met exactly these outcomes."""

    def look() -> bool | None:
        return slack.deliveries[-1].outcomes == list(outcomes) or None

    await slack.pulse.until(look, 5, lambda: f"outcomes are {slack.deliveries[-1].outcomes}")


async def test_every_request_is_signed_over_its_raw_body(slack: LocalSlack, receiver: Receiver) -> None:
    eva = slack.member("U0EVA", "eva")
    await eva.says_to_bot("Größe ß")
    await settled(slack, "ok")
    await eva.commands("/anliegen", "case 12 & more")
    verifier = SignatureVerifier("secret")
    for headers, body in receiver.requests:
        assert verifier.is_valid(body, headers["x-slack-request-timestamp"], headers["x-slack-signature"])
    assert parse_qs(receiver.requests[1][1])["text"] == ["case 12 & more"]


async def test_an_event_that_is_not_taken_comes_again_with_the_same_id(
    slack: LocalSlack, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503]
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    await settled(slack, "http_error", "http_error", "ok")

    numbers = [headers.get("x-slack-retry-num") for headers, _ in receiver.requests]
    reasons = [headers.get("x-slack-retry-reason") for headers, _ in receiver.requests]
    assert (numbers, reasons) == ([None, "1", "2"], [None, "http_error", "http_error"])
    assert len({json.loads(body)["event_id"] for _, body in receiver.requests}) == 1


async def test_after_three_repetitions_an_event_is_given_up(slack: LocalSlack, receiver: Receiver) -> None:
    receiver.statuses = [500] * 9
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    await settled(slack, *["http_error"] * 4)


async def test_an_app_may_ask_not_to_be_told_again(slack: LocalSlack, receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [500], {"X-Slack-No-Retry": "1"}
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    await settled(slack, "http_error")
    assert len(receiver.requests) == 1


async def test_the_events_of_one_conversation_keep_their_order(slack: LocalSlack, receiver: Receiver) -> None:
    eva = slack.member("U0EVA", "eva")
    for number in range(20):
        await eva.says_to_bot(str(number))
    await settled(slack, "ok")
    assert receiver.texts == [str(number) for number in range(20)]


async def test_an_event_can_come_twice_although_it_was_taken(slack: LocalSlack, receiver: Receiver) -> None:
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    await settled(slack, "ok")
    slack.office.repeat(slack.deliveries[-1])
    await settled(slack, "ok", "ok")
    assert len({json.loads(body)["event_id"] for _, body in receiver.requests}) == 1


async def test_clicks_are_not_repeated(slack: LocalSlack, receiver: Receiver) -> None:
    receiver.statuses = [500]
    with pytest.raises(Unanswered, match="http_error"):
        await slack.member("U0EVA", "eva").commands("/anliegen", "mine")
    assert len(receiver.requests) == 1


async def test_only_what_is_subscribed_and_where_the_bot_is_is_told(
    slack: LocalSlack, receiver: Receiver
) -> None:
    slack.workspace.subscriptions = {"message.channels"}
    eva = slack.member("U0EVA", "eva")
    await eva.says(slack.channel("elsewhere", bot=False), "Hier nicht")
    await eva.says_to_bot("Und hier nicht")
    await eva.says(slack.channel("support"), "Aber hier")
    await settled(slack, "ok")
    assert receiver.texts == ["Aber hier"]


async def test_a_wrong_challenge_is_noticed(slack: LocalSlack, receiver: Receiver) -> None:
    with pytest.raises(Undelivered, match="challenge_failed"):
        await slack.verify_request_url()


class Line:
    """One Socket Mode connection, without an SDK in between."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def receives(self) -> dict[str, object]:
        message: dict[str, object] = await self.socket.receive_json(timeout=5)
        return message

    async def acknowledges(self, envelope: dict[str, object], **further: object) -> None:
        await self.socket.send_json({"envelope_id": envelope["envelope_id"], **further})


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connected(slack: LocalSlack, session: aiohttp.ClientSession) -> Line:
    client = AsyncWebClient(base_url=slack.base_url)
    opened = await client.apps_connections_open(app_token="xapp-sandbox-app")
    line = Line(await session.ws_connect(opened["url"]))
    assert (await line.receives())["type"] == "hello"
    return line


async def test_a_ticket_opens_one_connection_only(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    client = AsyncWebClient(base_url=slack.base_url)
    opened = await client.apps_connections_open(app_token="xapp-sandbox-app")
    await session.ws_connect(opened["url"])
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(opened["url"])


async def test_envelopes_go_to_the_connections_in_turn(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    lines = [await connected(slack, session), await connected(slack, session)]
    eva = slack.member("U0EVA", "eva")
    for _ in range(2):
        await eva.says_to_bot("Hallo")
    for line in reversed(lines):
        envelope = await line.receives()
        assert envelope["type"] == "events_api"
        await line.acknowledges(envelope)
    await settled(slack, "ok")


async def test_an_unacknowledged_envelope_is_sent_again(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    slack.sockets.patience = 0.1
    line = await connected(slack, session)
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    first, second = await line.receives(), await line.receives()
    await line.acknowledges(second)
    await settled(slack, "timeout", "ok")
    assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_what_a_deaf_connection_swallows_reaches_a_new_one(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    slack.sockets.patience = 0.2
    deaf = await connected(slack, session)
    slack.sockets.deafen()
    await slack.member("U0EVA", "eva").says_to_bot("Hört mich jemand?")
    hearing = await connected(slack, session)
    envelope = await hearing.receives()
    await hearing.acknowledges(envelope)
    assert (await slack.until_delivered()).outcomes[0] == "timeout"
    assert not deaf.socket.closed


async def test_a_cut_connection_loses_nothing(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    slack.office.delays = (0.05, 0.05, 0.05)
    line = await connected(slack, session)
    await slack.member("U0EVA", "eva").says_to_bot("Hallo")
    await line.receives()
    slack.sockets.cut()
    again = await connected(slack, session)
    await again.acknowledges(await again.receives())
    assert (await slack.until_delivered()).outcomes[0] == "connection_closed"


async def test_the_platform_warns_and_then_takes_the_connection_away(
    slack: LocalSlack, session: aiohttp.ClientSession
) -> None:
    line = await connected(slack, session)
    await slack.sockets.disconnect("warning")
    assert (await line.receives())["reason"] == "warning"
    await slack.sockets.disconnect()
    assert (await line.receives())["reason"] == "refresh_requested"
    assert (await line.socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
