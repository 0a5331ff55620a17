"""Files: a place is reserved in the turn, the bytes come later as a durable effect, and channels read them."""

from conversations.effects import Fetch
from conversations.events import Address
from conversations.frozen import replace
from conversations.question import clean
from conversations.session import CaseId, Conversation
from handlers.ports import Download, ReadAttachment
from handlers.turn import Turn
from storage.interface import Attachment, Store

NAME_LIMIT = 120
"""Characters kept of a file's name, its end."""


async def fetch(
    turn: Turn,
    address: Address,
    wanted: Fetch,
    *,
    conversation: Conversation | None = None,
    case: CaseId | None = None,
) -> int:
    """Have a file brought from the platform at `address`; return its attachment id."""
    file = replace(wanted.file, name=shown_name(wanted.file.name))
    person = conversation.person if conversation else None
    await turn.tx.expect_attachment(
        Attachment(wanted.attachment, person, file.name, file.mime, file.size, "waiting", case=case)
    )
    # A lane of its own: a slow download must not hold back the talk.
    body, lane = Download(wanted.attachment, file), f"file:{wanted.attachment}"
    turn.send(address, body, lane=lane, conversation=conversation.id if conversation else None, case=case)
    return wanted.attachment


def attachments_of(store: Store) -> ReadAttachment:
    """Give channels the stored files to send, empty while on their way; LookupError for one that never comes."""

    async def read_attachment(attachment: int) -> tuple[bytes, str, str]:
        async with store.reading() as tx:
            found = await tx.attachment(attachment)
        if found is None or found[0].state == "refused":
            raise LookupError(f"no attachment {attachment}")
        about, content = found
        return content, about.mime, about.name

    return read_attachment


def shown_name(name: str) -> str:
    """A file's name is only ever shown: without folders, and without signs that turn its ending around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return " ".join(clean(last[-NAME_LIMIT:]).split())
