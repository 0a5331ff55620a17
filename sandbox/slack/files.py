"""Files: uploads in two steps, the file object, and its bytes for those who bring a token."""

import mimetypes
import time
from dataclasses import dataclass, field

from sandbox.slack.ids import Json

PRETTY = {"jpg": "JPEG", "png": "PNG", "pdf": "PDF", "txt": "Plain Text", "html": "HTML"}


@dataclass(slots=True, eq=False)
class StoredFile:
    """A file of the workspace. `url` is the workspace's own address; `shares` maps a channel to message timestamps."""

    id: str
    name: str
    content: bytes
    owner: str
    team: str
    url: str
    title: str = ""
    created: int = field(default_factory=lambda: int(time.time()))
    shares: dict[str, list[str]] = field(default_factory=dict)
    remote: bool = False  # shared by another organisation: events carry a stub, files.info the whole

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def filetype(self) -> str:
        suffix = self.name.rpartition(".")[2].lower() if "." in self.name else "binary"
        return {"jpeg": "jpg"}.get(suffix, suffix)

    @property
    def private_url(self) -> str:
        return f"{self.url}/slack/files/files-pri/{self.team}-{self.id}/{self.name}"

    @property
    def json(self) -> Json:
        """The file object inside a message."""
        if self.remote:
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info", "created": 0}
        return self.whole

    @property
    def whole(self) -> Json:
        """The file object of files.info."""
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "pretty_type": PRETTY.get(self.filetype, self.filetype.upper()),
            "user": self.owner,
            "user_team": self.team,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": True,
            "public_url_shared": False,
            "display_as_bot": False,
            "url_private": self.private_url,
            "url_private_download": self.private_url.replace("/files-pri/", "/files-pri-download/", 1),
            "media_display_type": "unknown",
            "permalink": f"{self.url}/slack/permalink/files/{self.id}",
            "has_rich_preview": False,
            "file_access": "visible",
            "channels": list(self.shares),
            "shares": {
                "public": {channel: [{"ts": ts} for ts in all_ts] for channel, all_ts in self.shares.items()}
            },
        }


@dataclass(slots=True)
class Upload:
    """A file announced by files.getUploadURLExternal whose bytes are to come."""

    file_id: str
    name: str
    length: int
    content: bytes | None = None
