"""Files to and from Slack: downloads with our token, uploads in Slack's three steps."""

import logging
from collections.abc import Iterable
from io import BytesIO
from urllib.parse import SplitResult, urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.inbound.payloads import is_identifier
from bot.channels.slack.outcomes import classify
from bot.file_types import FILE_BYTES, GONE, TOO_LARGE, WRONG_TYPE, real_type
from conversations.events import FileRef
from conversations.frozen import frozen
from handlers.turn.ports import Later, Never, Outcome, ReadAttachment, Sent, Unknown

log = logging.getLogger(__name__)

SLACKS_FILES = "files.slack.com"
_ATTEMPTS = 10


class NotYetStored(Exception):
    """A file is still being fetched."""


@frozen
class StoredFile:
    """A file from the attachment table."""

    attachment: int
    content: bytes
    mime: str
    name: str

    @property
    def is_picture(self) -> bool:
        """Whether Slack can show it inside a message."""
        return self.mime in ("image/png", "image/jpeg", "image/gif")


class SlackFiles:
    """Our files in one workspace. The token goes to the workspace's own file host and nowhere else."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, read: ReadAttachment) -> None:
        self._client = client
        self._session = session
        self._read = read

    async def stored(self, attachments: Iterable[int], *, patient: bool) -> list[StoredFile]:
        """Return files from the attachment table; one that was refused or erased is left out.

        Raises NotYetStored, if patient, for a file without bytes: it may be on its way.
        """
        files = []
        for attachment in attachments:
            try:
                content, mime, name = await self._read(attachment)
            except LookupError:
                log.info("attachment %s is not there (any more) and is left out", attachment)
                continue
            if not content and patient:
                raise NotYetStored(f"attachment {attachment} is not here yet")
            if content:
                files.append(StoredFile(attachment, content, mime, name or f"{attachment}"))
        return files

    async def download(self, file: FileRef, attempt: int) -> Outcome:
        """Fetch a file: Sent with bytes and real type, Never with one of the reasons in `bot.file_types`, or Later.

        Fetching twice harms nobody, so nothing here is Unknown; after ten attempts the file counts as gone.
        """
        if file.size > FILE_BYTES:
            return Never(TOO_LARGE)
        outcome: Outcome
        try:
            outcome = await self._fetch(file)
        except Exception as error:
            outcome = classify(error)
        match outcome:
            case Unknown(reason=reason):
                return Later(10, reason) if attempt < _ATTEMPTS else Never(GONE)
            case Never(reason=reason) if reason not in (TOO_LARGE, WRONG_TYPE):
                log.warning("a file cannot be fetched from Slack: %s", reason)
                return Never(GONE)
        return outcome

    async def _fetch(self, file: FileRef) -> Outcome:
        """Neither a redirect nor a foreign host is followed: the token would go there."""
        try:
            url = urlsplit(await self._address(file.ref) if is_identifier(file.ref) else file.ref)
        except ValueError as error:
            return Never(f"its address is none: {error}")
        if not self._is_ours(url):
            return Never(f"it lies on {url.hostname or 'no host'}, not with Slack")
        headers = {"Authorization": f"Bearer {self._client.token}"}
        async with self._session.get(
            url.geturl(), headers=headers, allow_redirects=False, proxy=self._client.proxy
        ) as response:
            if response.status == 429 or response.status >= 500:
                return Unknown(f"Slack answered with status {response.status}")
            if response.status != 200:
                return Never(f"Slack does not give it out (status {response.status})")
            content = await _bounded(response)
        if len(content) > FILE_BYTES:
            return Never(TOO_LARGE)
        mime = real_type(content, file.kind)
        return Sent(content=content, mime=mime) if mime else Never(WRONG_TYPE)

    async def upload(self, files: Iterable[StoredFile], chat: str = "", thread: str = "") -> list[str]:
        """Bring files to Slack and share them in a channel, if one is given; return Slack's ids.

        A file's name begins with our id, so that it can be found again. Raises what a call to Slack raises.
        """
        done: list[dict[str, str | None]] = []
        for file in files:
            name = f"{file.attachment}-{file.name}"
            place = await self._client.files_getUploadURLExternal(filename=name, length=len(file.content))
            await self._put(str(place["upload_url"]), file.content)
            done.append({"id": str(place["file_id"]), "title": file.name})
        if done:
            await self._client.files_completeUploadExternal(
                files=done, channel_id=chat or None, thread_ts=thread or None
            )
        return [str(one["id"]) for one in done]

    async def _address(self, file: str) -> str:
        answer = await self._client.files_info(file=file)
        return str(answer["file"].get("url_private_download") or answer["file"].get("url_private", ""))

    async def _put(self, url: str, content: bytes) -> None:
        """Bring the bytes; the address is good for one upload and needs no token."""
        async with self._session.post(
            url, data=BytesIO(content), allow_redirects=False, proxy=self._client.proxy
        ) as response:
            response.raise_for_status()

    def _is_ours(self, url: SplitResult) -> bool:
        api = urlsplit(self._client.base_url)
        ours = ("https", SLACKS_FILES) if api.hostname == "slack.com" else (api.scheme, api.netloc)
        return (url.scheme, url.netloc) == ours


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """Read one byte more than we take at most, so that too much is seen as such."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > FILE_BYTES:
            break
    return bytes(body)
