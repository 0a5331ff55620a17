"""Files: the turn reserves a row, a durable effect downloads the bytes later, and channels read them."""

from collections.abc import Iterable, Mapping, Sequence

from conversations.answers.collecting import without_file
from conversations.effects import Fetch, Kind, Message, Refuse
from conversations.events import Address, FileRef
from conversations.frozen import frozen, replace
from conversations.lanes import LaneKind, lane_for
from conversations.question import clean
from conversations.refusals import Refusal, sort_out
from conversations.session import CaseId, ConversationId
from handlers.files import quota
from handlers.turn.ports import Download, ReadAttachment
from handlers.turn.turn import Turn
from storage.interface.answers import AnswerRow
from storage.interface.attachments import Attachment, FileState
from storage.interface.store import Store

NAME_LIMIT = 120
"""Characters kept of a file name, counted from its end."""


async def fetch(
    turn: Turn,
    address: Address,
    wanted: Fetch,
    *,
    who: ConversationId | None = None,
    case: CaseId | None = None,
) -> int:
    """Request the download of a file from the platform of `address`; return its attachment id."""
    file = replace(wanted.file, name=shown_name(wanted.file.name))
    person = turn.conversation(who).person if who else None
    await turn.await_file(
        Attachment(wanted.attachment, person, file.name, file.mime, file.size, FileState.WAITING, case=case)
    )
    # A lane of its own: a slow download must not delay the conversation.
    body, lane = Download(wanted.attachment, file), lane_for(LaneKind.FILE, wanted.attachment)
    turn.send(address, body, lane=lane, conversation=who, case=case)
    return wanted.attachment


@frozen
class FetchedFiles:
    """The files of a message: ids of all, and the names of the refused ones, by reason."""

    attachments: tuple[int, ...]
    refused: Mapping[Refusal, Sequence[str]]

    @property
    def keeps_any(self) -> bool:
        """Return whether a file is kept, as far as is known before the download."""
        return len(self.attachments) > sum(map(len, self.refused.values()))


async def take(turn: Turn, who: ConversationId, files: Iterable[FileRef]) -> FetchedFiles:
    """Request the download of what a customer sent, as far as it can be kept."""
    found = sort_out(tuple(files))
    attachments, refused = list[int](), dict[Refusal, list[str]]()
    for file in found.kept:
        attachments.append(turn.ids.next())
        if not await fetch_within_quota(turn, who, Fetch(attachments[-1], file)):
            refused.setdefault(Refusal.QUOTA, []).append(shown_name(file.name))
    for file, reason in found.refused:
        attachments.append(turn.ids.next())
        await refuse(turn, who, Refuse(attachments[-1], file, reason))
        refused.setdefault(reason, []).append(shown_name(file.name))
    return FetchedFiles(tuple(attachments), refused)


async def fetch_within_quota(turn: Turn, who: ConversationId, wanted: Fetch) -> bool:
    """Request the download of a customer's file; beyond the daily quota, record it as refused."""
    if await quota.has_room(turn, who, wanted.file):
        await fetch(turn, turn.conversation(who).address, wanted, who=who)
        return True
    await refuse(turn, who, Refuse(wanted.attachment, wanted.file, Refusal.QUOTA))
    return False


async def refuse(turn: Turn, who: ConversationId, refused: Refuse) -> None:
    """Record a refused file, for staff to see."""
    file = refused.file
    await turn.await_file(
        Attachment(
            refused.attachment,
            turn.conversation(who).person,
            shown_name(file.name),
            file.mime,
            file.size,
            FileState.REFUSED,
            refused.reason,
        )
    )


def explain(turn: Turn, who: ConversationId, reason: str, names: Iterable[str]) -> None:
    """Tell the person which of their files are not kept, and why."""
    texts = turn.organisation.texts
    key = f"file.{reason}" if f"file.{reason}" in texts else "file.gone"
    text = texts.render(key, turn.conversation(who).language, name=", ".join(filter(None, names)))
    turn.say(who, Message(text, kind=Kind.RECEIPT))


def forget(turn: Turn, who: ConversationId, attachment: int) -> None:
    """Remove an unavailable file from the answer that counts it."""
    present = turn.conversation(who)
    stack = []
    for session in present.stack:
        changed, answers = without_file(session, attachment)
        stack.append(changed)
        for question, answer in answers.items():
            person, place = present.person, present.id
            turn.answered(AnswerRow(session.id, session.dialogue, question, person, place, answer))
    if tuple(stack) != present.stack:
        turn.change(who, stack=tuple(stack))


def attachments_of(store: Store) -> ReadAttachment:
    """Return a stored file for a channel, empty while it is being downloaded; LookupError if it never arrives."""

    async def read_attachment(attachment: int) -> tuple[bytes, str, str]:
        async with store.reading() as tx:
            found = await tx.attachments.read(attachment)
        if found is None or found[0].state is FileState.REFUSED:
            raise LookupError(f"no attachment {attachment}")
        about, content = found
        return content, about.mime, about.name

    return read_attachment


def shown_name(name: str) -> str:
    """Return a file name safe to show: without folders, and without characters that reverse its extension."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return " ".join(clean(last[-NAME_LIMIT:]).split())
