"""Perishable effects: run within seconds or not at all. Failures are logged and ignored."""

import asyncio
import logging
from typing import assert_never

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound import blocks, posted, views
from bot.channels.slack.outbound.destinations import Places
from bot.channels.slack.outbound.rich import Json, escaped, shorten
from bot.channels.slack.outcomes import error_of
from bot.channels.slack.response_urls import ResponseUrls
from conversations.effects import AnswerPress, At, Hint, MarkKeyboard, Message, OpenForm, Typing

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds of real time for all calls of an effect
_ELSEWHERE = {"channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel"}
_ELSEWHERE |= {"restricted_action", "restricted_action_read_only_channel"}


class Performer:
    """Performs for one account."""

    def __init__(
        self, client: AsyncWebClient, session: aiohttp.ClientSession, places: Places, answers: ResponseUrls
    ) -> None:
        self._client = client
        self._session = session
        self._places = places
        self._answers = answers

    async def perform(self, wanted: At) -> None:
        """Run an effect; never raises."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._do(wanted)
        except Exception as error:
            what = type(wanted.effect).__name__
            log.warning("Slack did not do %s: %s", what, error_of(error) or type(error).__name__)

    async def _do(self, wanted: At) -> None:
        match wanted.effect:
            case OpenForm(trigger=trigger, form=form):
                await self._client.views_open(trigger_id=trigger, view=views.modal(form, wanted.address.chat))
            case Hint() as hint:
                await self._whisper(wanted.address.chat, hint)
            case AnswerPress(callback=url, text=text):
                if text and url:
                    await self._respond(url, {"text": escaped(shorten(text, 700))})
            case MarkKeyboard() as mark:
                await self._mark(wanted.address.chat, mark)
            case Typing():
                pass  # Slack's Web API has no typing indicator
            case _:
                assert_never(wanted.effect)

    async def _whisper(self, place: str, hint: Hint) -> None:
        """Tell one person in private: in the channel, else by their command's response URL, else by direct message."""
        parts, user = blocks.remark(hint.text), hint.user.rpartition("/")[2]
        chat = await self._places.chat_id(place)
        if not chat.startswith("D"):
            try:
                await self._client.chat_postEphemeral(
                    channel=chat,
                    user=user,
                    thread_ts=hint.thread or None,
                    link_names=False,
                    parse="none",
                    **parts,
                )
                return
            except SlackApiError as error:
                if error_of(error) not in _ELSEWHERE:
                    raise
        if url := self._answers.url(place, hint.user):
            await self._respond(url, parts)
        else:
            chat = await self._places.chat_id(user)
            await self._client.chat_postMessage(channel=chat, unfurl_links=False, unfurl_media=False, **parts)

    async def _respond(self, url: str, parts: Json) -> None:
        body = {"response_type": "ephemeral", "replace_original": False, **parts}
        async with self._session.post(
            url, json=body, allow_redirects=False, proxy=self._client.proxy
        ) as response:
            response.raise_for_status()

    async def _mark(self, place: str, mark: MarkKeyboard) -> None:
        """Replace the buttons of a question with the choice, or with other buttons; the question itself stays."""
        if not mark.message:
            return
        chat = await self._places.chat_id(place)
        if mark.text and mark.buttons:
            parts = blocks.message(Message(mark.text, mark.buttons))
        elif mark.text:
            parts = blocks.answered(mark.text, mark.choice)
        else:
            parts = await self._changed(chat, mark)
        if parts:
            await self._client.chat_update(
                channel=chat, ts=mark.message, link_names=False, parse="none", **parts
            )

    async def _changed(self, chat: str, mark: MarkKeyboard) -> Json:
        """Fetch the question from Slack where it is no longer known."""
        found = await posted.message(self._client, chat, mark.message)
        kept = [block for block in found.get("blocks", []) if block["type"] != "actions"]
        below = blocks.rows(mark.buttons) or [blocks.chosen(mark.choice)]
        return {"text": found.get("text") or " ", "blocks": [*kept, *below]} if found else {}
