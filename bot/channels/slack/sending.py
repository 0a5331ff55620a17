"""Parcel -> outcome. Words are sent exactly once as far as Slack lets anybody know; files follow their words.

Every post carries our outbox id in its metadata. When an answer was not seen, the post is looked for before it is
made again (docs.slack.dev/messaging/message-metadata; Slack knows no idempotency key).
"""

import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import blocks, views
from bot.channels.slack.blocks import Photo
from bot.channels.slack.files import Files, NotYetStored, StoredFile
from bot.channels.slack.outcomes import TROUBLE, classify, error_of
from bot.channels.slack.places import Places, UnknownPlace
from bot.channels.slack.rich import Json
from conversations.effects import Message
from handlers.ports import (
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

INERT: Json = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
EVENT_TYPE = "anliegen"
_PAGES = 10  # of 200 messages, when an uncertain post is looked for
_FETCHING = 4  # attempts in which a file may still be on its way to us
_DIGESTING = (
    8  # attempts in which Slack may still digest a picture; then it goes below the message, as a file
)
_REMEMBERED = 1_000


class Sender:
    """Sends parcels of one account."""

    def __init__(self, client: AsyncWebClient, places: Places, files: Files) -> None:
        self._client = client
        self._places = places
        self._files = files
        self._photos: dict[int, Photo] = {}
        self._shared: dict[tuple[str, str], set[int]] = {}

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one parcel."""
        try:
            match parcel.body:
                case Overview() as overview:
                    await self._client.views_publish(user_id=overview.user, view=views.home(overview))
                    return Sent()
                case Download() as wanted:
                    return await self._files.download(wanted.file)
                case Message() | Post() | Card() | DigestPost() as body:
                    return await self._post(parcel, body)
        except NotYetStored as error:
            return Later(2, str(error))
        except UnknownPlace as error:
            log.error("%s", error)
            return Later(60, str(error))
        except TROUBLE as error:
            return await self._verdict(error, parcel)
        except ValueError as error:
            return Never(str(error))

    async def _post(self, parcel: Parcel, body: Message | Post | Card | DigestPost) -> Outcome:
        chat = await self._places.chat_id(parcel.address.chat)
        files = await self._files.stored(_attachments(body), patient=parcel.attempt < _FETCHING)
        photos, others = await self._apart(chat, parcel, body, files)
        content = _content(body, photos, [file.name for file in others])
        if parcel.edits:
            sent = parcel.edits
            await self._client.chat_update(channel=chat, ts=sent, link_names=False, parse="none", **content)
        else:
            sent = await self._found(parcel, chat) if parcel.uncertain else ""
            sent = sent or await self._new(parcel, chat, content)
        if others:
            return await self._share(others, chat, sent, parcel)
        return Sent(sent)

    async def _new(self, parcel: Parcel, chat: str, content: Json) -> str:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox": str(parcel.id)}}
        posted = await self._client.chat_postMessage(
            channel=chat, thread_ts=parcel.thread or None, metadata=metadata, **INERT, **content
        )
        return str(posted["ts"])

    async def _verdict(self, error: Exception, parcel: Parcel) -> Outcome:
        match classify(error):
            case Later() if error_of(error) == "not_in_channel" and await self._join(parcel.address.chat):
                return Later(0, "joined the channel")
            case Never() if _about_photos(error) and parcel.attempt < _DIGESTING:
                return Later(2, "Slack has not yet digested the pictures")
            case verdict:
                return verdict

    async def _join(self, name: str) -> bool:
        """Enter a public channel; into a private one somebody must invite us."""
        try:
            await self._client.conversations_join(channel=await self._places.chat_id(name))
        except TROUBLE:
            return False
        return True

    # -- looking for what may have been sent -----------------------------------------------------------------------

    async def _found(self, parcel: Parcel, chat: str) -> str:
        """Return the ts of the post that carries our id, empty if there is none."""
        async for posted in self._posted(chat, parcel.thread):
            metadata = posted.get("metadata") or {}
            ours = metadata.get("event_type") == EVENT_TYPE
            if ours and (metadata.get("event_payload") or {}).get("outbox") == str(parcel.id):
                return str(posted["ts"])
        return ""

    async def _posted(self, chat: str, thread: str) -> AsyncIterator[Json]:
        """Yield the messages of a thread, or the newest of a channel."""
        cursor = ""
        for _ in range(_PAGES):
            call = self._client.conversations_history
            if thread:
                call = partial(self._client.conversations_replies, ts=thread)
            page = await call(channel=chat, limit=200, cursor=cursor or None, include_all_metadata=True)
            for posted in page["messages"]:
                yield posted
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    # -- files -----------------------------------------------------------------------------------------------------

    async def _apart(
        self, chat: str, parcel: Parcel, body: object, files: Sequence[StoredFile]
    ) -> tuple[list[Photo], list[StoredFile]]:
        """Return pictures to show in the message, and files to share below it: cards and digests show pictures."""
        if not isinstance(body, Card | DigestPost):
            return [], list(files)
        if parcel.attempt >= _DIGESTING:
            return [], list(files)
        pictures = [file for file in files if file.is_picture][: blocks.MOST_PHOTOS]
        others = [file for file in files if file not in pictures]
        return await self._uploaded(chat, parcel.edits, pictures), others

    async def _uploaded(self, chat: str, edited: str, pictures: Sequence[StoredFile]) -> list[Photo]:
        """Bring pictures to Slack once; after a restart the card itself tells which are there."""
        if edited and any(picture.attachment not in self._photos for picture in pictures):
            found = await self._client.conversations_history(
                channel=chat, latest=edited, oldest=edited, inclusive=True, limit=1
            )
            for posted in found["messages"]:
                self._photos |= {photo.attachment: photo for photo in blocks.shown_photos(posted)}
        missing = [picture for picture in pictures if picture.attachment not in self._photos]
        for picture, file in zip(missing, await self._files.upload(missing), strict=True):
            self._photos[picture.attachment] = Photo(picture.attachment, file, picture.name)
        shown = [self._photos[picture.attachment] for picture in pictures]
        _forget_old(self._photos)
        return shown

    async def _share(self, files: Sequence[StoredFile], chat: str, sent: str, parcel: Parcel) -> Outcome:
        """Put files below their words; the words are there, so trouble is "unknown" and the rest follows later."""
        thread = parcel.thread or (sent if not chat.startswith("D") else "")
        try:
            there = await self._there(chat, thread, sent, again=bool(parcel.uncertain or parcel.edits))
            missing = [file for file in files if file.attachment not in there]
            await self._files.upload(missing, chat, thread)
            there |= {file.attachment for file in missing}
        except TROUBLE as error:
            verdict = classify(error)
            if not isinstance(verdict, Never):
                return Unknown(f"the words are there, a file is not yet: {verdict.reason}")
            log.warning("a file of row %s cannot be shared: %s", parcel.id, verdict.reason)
        return Sent(sent)

    async def _there(self, chat: str, thread: str, sent: str, *, again: bool) -> set[int]:
        """Return which attachments lie below a post already."""
        _forget_old(self._shared)
        known = self._shared.setdefault((chat, sent), set())
        if again and not known:
            async for posted in self._posted(chat, thread):
                names = [str(file.get("name", "")) for file in posted.get("files", [])]
                known |= {
                    int(number) for number in (name.partition("-")[0] for name in names) if number.isdigit()
                }
        return known


def _attachments(body: Message | Post | Card | DigestPost) -> list[int]:
    if isinstance(body, DigestPost):
        return [attachment for attachment in (body.picture, body.html) if attachment]
    return list(body.attachments)


def _content(
    body: Message | Post | Card | DigestPost, photos: Sequence[Photo], others: Sequence[str]
) -> Json:
    match body:
        case Message():
            return blocks.message(body)
        case Post():
            return blocks.post(body)
        case Card():
            return blocks.card(body, photos, others)
        case DigestPost():
            return blocks.digest(body, photos)


def _forget_old(memory: dict[Any, Any]) -> None:
    while len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]


def _about_photos(error: Exception) -> bool:
    """Whether Slack refused a picture: it takes some seconds to digest an upload."""
    words = str(error).replace("_", " ")
    return error_of(error) in ("invalid_blocks", "invalid_attachments") and "slack file" in words
