"""Files with a post: pictures inside it, all others shared beside it, each once."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.outbound import posted
from bot.channels.slack.outbound.blocks import Photo, shown_photos
from bot.channels.slack.outbound.files import SlackFiles, StoredFile

_REMEMBERED = 1_000


class Gallery:
    """Remembers what was brought to Slack; after a restart Slack itself is asked."""

    def __init__(self, client: AsyncWebClient, files: SlackFiles) -> None:
        self._client = client
        self._files = files
        self._photos: dict[int, Photo] = {}
        self._shared: dict[str, set[int]] = {}

    async def photos(self, pictures: Sequence[StoredFile], chat: str, edited: str) -> list[Photo]:
        """Bring pictures to Slack, without sharing them yet; `edited` is the post that may show some already."""
        if edited and any(picture.attachment not in self._photos for picture in pictures):
            found = await posted.message(self._client, chat, edited)
            self._photos |= {photo.attachment: photo for photo in shown_photos(found)}
        missing = [picture for picture in pictures if picture.attachment not in self._photos]
        for picture, file in zip(missing, await self._files.upload(missing), strict=True):
            self._photos[picture.attachment] = Photo(picture.attachment, file, picture.name)
        shown = [self._photos[picture.attachment] for picture in pictures]
        _forget_old(self._photos)
        return shown

    async def share(
        self, files: Sequence[StoredFile], chat: str, thread: str, post: str, *, again: bool
    ) -> None:
        """Share files in a thread or chat. `post` names what they belong to; with `again` some may lie there."""
        known = self._shared.setdefault(post, set())
        if again and not known:
            known |= await posted.shared_files(self._client, chat, thread)
        missing = [file for file in files if file.attachment not in known]
        await self._files.upload(missing, chat, thread)
        known |= {file.attachment for file in missing}
        _forget_old(self._shared)


def _forget_old(memory: dict[Any, Any]) -> None:
    while len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]
