"""Files: a place is reserved in the turn, the bytes come later as a durable effect, and channels read them."""

from collections.abc import Iterable, Mapping, Sequence

from conversations.answers.collecting import without_file
from conversations.effects import Fetch, Kind, Message, Refuse
from conversations.events import Address, FileRef
from conversations.frozen import frozen, replace
from conversations.question import clean
from conversations.refusals import Refusal, sort_out
from conversations.session import CaseId, ConversationId
from handlers.files import quota
from handlers.turn.ports import Download, ReadAttachment
from handlers.turn.turn import Turn
from storage.interface.answers import AnswerRow
from storage.interface.attachments import Attachment
from storage.interface.store import Store

NAME_LIMIT = 120
"""Characters kept of a file's name, its end."""


async def fetch(
    turn: Turn,
    address: Address,
    wanted: Fetch,
    *,
    who: ConversationId | None = None,
    case: CaseId | None = None,
) -> int:
    """Have a file brought from the platform at `address`; return its attachment id."""
    file = replace(wanted.file, name=shown_name(wanted.file.name))
    person = turn.conversation(who).person if who else None
    await turn.await_file(
        Attachment(wanted.attachment, person, file.name, file.mime, file.size, "waiting", case=case)
    )
    # A lane of its own: a slow download must not hold back the talk.
    body, lane = Download(wanted.attachment, file), f"{quota.LANE}{wanted.attachment}"
    turn.send(address, body, lane=lane, conversation=who, case=case)
    return wanted.attachment


@frozen
class FetchedFiles:
    """The files of a message: ids of all, and the names of those that are not kept, by reason."""

    attachments: tuple[int, ...]
    refused: Mapping[Refusal, Sequence[str]]

    @property
    def keeps_any(self) -> bool:
        """Whether a file is kept, as far as is known before it is here."""
        return len(self.attachments) > sum(map(len, self.refused.values()))


async def take(turn: Turn, who: ConversationId, files: Iterable[FileRef]) -> FetchedFiles:
    """Have what a customer sent brought, as far as it can be kept."""
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
    """Have a customer's file brought, unless they sent too much today: then it is refused, and that is kept."""
    if await quota.has_room(turn, who, wanted.file):
        await fetch(turn, turn.conversation(who).address, wanted, who=who)
        return True
    await refuse(turn, who, Refuse(wanted.attachment, wanted.file, Refusal.QUOTA))
    return False


async def refuse(turn: Turn, who: ConversationId, refused: Refuse) -> None:
    """Keep that a file came and was not taken, for staff to read."""
    file = refused.file
    await turn.await_file(
        Attachment(
            refused.attachment,
            turn.conversation(who).person,
            shown_name(file.name),
            file.mime,
            file.size,
            "refused",
            refused.reason.value,
        )
    )


def explain(turn: Turn, who: ConversationId, reason: str, names: Iterable[str]) -> None:
    """Tell the person that files of theirs are not kept, and why."""
    texts = turn.organisation.texts
    key = f"file.{reason}" if f"file.{reason}" in texts else "file.gone"
    text = texts.render(key, turn.conversation(who).language, name=", ".join(filter(None, names)))
    turn.say(who, Message(text, kind=Kind.RECEIPT))


def forget(turn: Turn, who: ConversationId, attachment: int) -> None:
    """A file that an answer counts is not there: the answer counts it no longer."""
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
    """Give channels the stored files to send, empty while on their way; LookupError for one that never comes."""

    async def read_attachment(attachment: int) -> tuple[bytes, str, str]:
        async with store.reading() as tx:
            found = await tx.attachments.read(attachment)
        if found is None or found[0].state == "refused":
            raise LookupError(f"no attachment {attachment}")
        about, content = found
        return content, about.mime, about.name

    return read_attachment


def shown_name(name: str) -> str:
    """A file's name is only ever shown: without folders, and without signs that turn its ending around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return " ".join(clean(last[-NAME_LIMIT:]).split())
