"""Parcel -> outcome. Texts are sent once, as far as Slack lets us know; an uncertain post is looked up first."""

import logging
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound import blocks, posted, views
from bot.channels.slack.outbound.blocks import Photo
from bot.channels.slack.outbound.destinations import Places, UnknownPlace, is_direct
from bot.channels.slack.outbound.files import NotYetStored, SlackFiles, StoredFile
from bot.channels.slack.outbound.post_files import Gallery
from bot.channels.slack.outbound.rich import Json
from bot.channels.slack.outcomes import MENDABLE, Garbled, classify, error_of
from conversations.effects import Message
from conversations.frozen import frozen
from handlers.turn.ports import (
    Card,
    DigestPost,
    Download,
    Later,
    Never,
    Outcome,
    Overview,
    Parcel,
    Post,
    Sent,
    Unknown,
)

log = logging.getLogger(__name__)

_INERT: Json = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
_FETCHING = 4  # attempts in which a file may still be on its way to us
# Attempts in which Slack may still digest a picture; then it is shared beside the post, as a file.
_DIGESTING = 8

_PAUSE = 5.0  # seconds after something broke before anything was shown

Posted = Message | Post | Card | DigestPost


@frozen
class _Ready:
    """A post that is not visible yet, or was `sent` already under this ts."""

    chat: str
    content: Json
    others: tuple[StoredFile, ...]
    sent: str
    files_first: bool


class SlackSender:
    """Sends parcels of one account."""

    def __init__(self, client: AsyncWebClient, places: Places, files: SlackFiles) -> None:
        self._client = client
        self._places = places
        self._files = files
        self._gallery = Gallery(client, files)

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel."""
        try:
            match parcel.body:
                case Overview() as overview:
                    await self._client.views_publish(user_id=overview.user, view=views.home(overview))
                    return Sent()
                case Download() as wanted:
                    return await self._files.download(wanted.file, parcel.attempt)
                case body:
                    ready = await self._prepared(parcel, body)
        except NotYetStored as error:
            return Later(2, str(error))
        except blocks.Unsendable as error:
            return Never(str(error))
        except UnknownPlace as error:
            log.error("%s", error)
            return Later(2, "channel_not_found", shut=True)
        except Exception as error:  # whatever Slack may answer, down to an answer nobody can read
            verdict = await self._verdict(error, parcel)
            # Nothing is visible yet, so nothing is uncertain.
            return Later(_PAUSE, verdict.reason) if isinstance(verdict, Unknown) else verdict
        try:
            return await self._post(parcel, ready)
        except Exception as error:
            return await self._verdict(error, parcel)

    async def _prepared(self, parcel: Parcel, body: Posted) -> _Ready:
        """Prepare what a post needs (ids, uploads, blocks), and look the post up if it may exist already."""
        chat = await self._places.chat_id(parcel.address.chat)
        if self._places.enters(chat):
            await self._join(parcel.address.chat)
        files = await self._files.stored(_attachments(body), patient=parcel.attempt < _FETCHING)
        photos, others = await self._apart(chat, parcel, body, files)
        content = _content(body, photos, [file.name for file in others])
        sent = parcel.edits
        if parcel.uncertain and not sent:
            sent = await posted.find(self._client, chat, parcel.thread, parcel.id)
        return _Ready(chat, content, tuple(others), sent, files_first=isinstance(body, Message))

    async def _post(self, parcel: Parcel, ready: _Ready) -> Outcome:
        chat, others, sent = ready.chat, ready.others, ready.sent
        if ready.files_first and others and not sent:
            # the buttons stay the last thing in the chat
            await self._gallery.share(others, chat, parcel.thread, f"row {parcel.id}", again=parcel.uncertain)
            others = ()
        if parcel.edits:
            await self._client.chat_update(
                channel=chat, ts=sent, link_names=False, parse="none", **ready.content
            )
        elif not sent:
            sent = await self._new(parcel, chat, ready.content)
        return await self._beside(others, chat, sent, parcel) if others else Sent(sent)

    async def _new(self, parcel: Parcel, chat: str, content: Json) -> str:
        answer = await self._client.chat_postMessage(
            channel=chat,
            thread_ts=parcel.thread or None,
            metadata=posted.metadata(parcel.id),
            **_INERT,
            **content,
        )
        if not isinstance(ts := answer.get("ts"), str):
            raise Garbled("a post without its ts")
        return ts

    async def _apart(
        self, chat: str, parcel: Parcel, body: Posted, files: Sequence[StoredFile]
    ) -> tuple[list[Photo], list[StoredFile]]:
        """Return pictures to show in the post, and files to share beside it; lines of a thread show none."""
        if isinstance(body, Post) or parcel.attempt >= _DIGESTING:
            return [], list(files)
        pictures = [file for file in files if file.is_picture][: blocks.MOST_PHOTOS]
        others = [file for file in files if file not in pictures]
        return await self._gallery.photos(pictures, chat, parcel.edits), others

    async def _beside(self, files: Sequence[StoredFile], chat: str, sent: str, parcel: Parcel) -> Outcome:
        """Share files below their words. The words are there: trouble is "unknown", and the rest follows later."""
        thread = parcel.thread or sent
        again = bool(parcel.uncertain or parcel.edits)
        try:
            await self._gallery.share(files, chat, thread, f"post {chat} {sent}", again=again)
        except Exception as error:
            verdict = classify(error)
            if isinstance(verdict, Later) and verdict.shut and parcel.uncertain:
                return await self._verdict(error, parcel)  # it is looked for each time: the words come once
            if not isinstance(verdict, Never):
                return Unknown(f"the words are there, a file is not yet: {verdict.reason}")
            log.warning("a file of row %s cannot be shared: %s", parcel.id, verdict.reason)
        return Sent(sent)

    async def _verdict(self, error: Exception, parcel: Parcel) -> Outcome:
        match classify(error):
            case Later(shut=True, reason=reason) if is_direct(parcel.address.chat):
                return Later(60, reason) if reason in MENDABLE else Never(reason)
            case Later() if error_of(error) == "not_in_channel" and await self._join(parcel.address.chat):
                return Later(0, "joined the channel")
            case Never() if _about_photos(error) and parcel.attempt < _DIGESTING:
                return Later(2, "Slack has not yet digested the pictures")
            case verdict:
                return verdict

    async def _join(self, name: str) -> bool:
        """Join a public channel; to a private one somebody must invite us."""
        try:
            await self._client.conversations_join(channel=await self._places.chat_id(name))
        except Exception as error:
            log.warning("the bot cannot join %s by itself: %s", name, error_of(error) or type(error).__name__)
            return False
        return True


def _attachments(body: Posted) -> list[int]:
    if isinstance(body, DigestPost):
        return [attachment for attachment in (body.picture, body.html) if attachment]
    return list(body.attachments)


def _content(body: Posted, photos: Sequence[Photo], others: Sequence[str]) -> Json:
    match body:
        case Message():
            return blocks.message(body, photos)
        case Post():
            return blocks.post(body)
        case Card():
            return blocks.card(body, photos, others)
        case DigestPost():
            return blocks.digest(body, photos)


def _about_photos(error: Exception) -> bool:
    """Whether Slack refused a picture: it takes some seconds to digest an upload."""
    words = str(error).replace("_", " ")
    return error_of(error) in ("invalid_blocks", "invalid_attachments") and "slack file" in words
