"""Posts what customers say outside of dialogues in the thread: throttled, and files together with their words.

Every message is stored with the case at once; only its line is delayed: until the files sent with it have arrived, so
that an album is one line, and by a throttle: some lines at once, then one a minute with all that was said. The delays
are timers of the case, so that nothing is kept in memory. A message that is not in a line yet has no `log`; a file
that arrives after the line of its message gets a line of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pydantic import TypeAdapter

from conversations.cases.case import Case
from conversations.cases.deadlines import owner_of
from conversations.effects import SetTimer
from conversations.events import MINUTE, SECOND, Instant
from conversations.frozen import frozen, replace
from conversations.texts.graphemes import pieces
from handlers.cases.cards import MOST_WORDS, not_taken, show, staff_language, write_line
from handlers.turn.turn import Turn
from storage.interface.attachments import Attachment, FileState
from storage.interface.messages import CaseMessage
from storage.interface.timers import Timer

WINDOW: Final = MINUTE
AT_ONCE: Final = 5  # lines of a case within the window
MOST_CASES: Final = 20  # open cases of one person; further ones are added to the newest
KIND: Final = "lines"

FILES: Final = "files"
TOGETHER: Final = 3 * SECOND  # how long to wait for the next file of an album
PATIENCE: Final = 30 * SECOND  # how long words wait for the files sent with them

_EARLIER: Final = 3 * MINUTE  # how much older than what is waited for a held message may be


@frozen
class Awaited:
    """A wait since `began`, at least `until` then, and for the files themselves until `patience` ends.

    `late`: the line with the words of these files was posted already.
    """

    began: Instant
    until: Instant
    late: tuple[int, ...] = ()
    patience: Instant = 0  # 0 while more of an album may come


_AWAITED: Final = TypeAdapter(Awaited)


async def may_write(turn: Turn, case: Case) -> bool:
    """Return whether the customer's line is posted at once; else it is posted with others when the window ends."""
    window = await turn.timer(owner_of(case), KIND)
    lines = int(window.note) + 1 if window else 1
    _open(turn, case, window.due if window else turn.now + WINDOW, lines)
    return lines <= AT_ONCE


async def came(turn: Turn, case: Case, *, album: bool = False) -> None:
    """Post what the customer said, once its files have arrived. After an `album` file more may follow."""
    known = await _awaited(turn, case) or Awaited(turn.now, turn.now)
    until = turn.now + TOGETHER if album else turn.now
    await _look(turn, case, replace(known, until=max(known.until, until)))


async def note_unsupported(turn: Turn, case: Case, kind: str) -> None:
    """Tell staff that something was sent that cannot be shown, at most a few times."""
    if not await may_write(turn, case):
        return
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    key = f"staff.kind.{kind}"
    named = texts.plain(key, language) if key in texts else kind.replace("_", " ")
    write_line(
        turn, case, texts.render("staff.line.unsupported", language, kind=named), mention=(case.owner,)
    )


async def file_settled(turn: Turn, case: Case, attachment: int) -> None:
    """Handle a customer's file that has arrived or never will."""
    messages = await turn.tx.messages.of(case.id)
    message = next((one for one in messages if attachment in one.attachments), None)
    if message is None or not turn.organisation.staff_account:
        return
    if message.id == messages[0].id:
        await show(turn, case)  # evidence belongs on the card
        return
    known = await _awaited(turn, case) or Awaited(message.at, turn.now)
    if message.log:
        known = replace(known, until=max(known.until, turn.now + SECOND), late=(*known.late, attachment))
    await _look(turn, case, known)


async def go_on(turn: Turn, case: Case, timer: Timer) -> None:
    """Stop waiting for files."""
    await _look(turn, case, _AWAITED.validate_json(timer.note))


async def show_held(turn: Turn, case: Case, window: Timer) -> None:
    """End the window: post one line for all that was held back. While more arrives, there is one line per window."""
    if int(window.note) <= AT_ONCE:
        return
    known = await _awaited(turn, case)
    if known is not None and turn.now < known.until:
        _open(turn, case, known.until, int(window.note))  # more files of an album are on their way
        return
    began = window.due - WINDOW
    held, late = await _unshown(turn, case, began), known.late if known else ()
    if not held and not late:
        return
    if known is not None:
        turn.drop_timer(owner_of(case), FILES)
    _open(turn, case, turn.now + WINDOW, AT_ONCE)
    await _write(turn, case, held, late)


async def show_all(turn: Turn, case: Case) -> None:
    """Post what waits for a timer before the case closes and its timers are cancelled."""
    window, known = await turn.timer(owner_of(case), KIND), await _awaited(turn, case)
    if window is None and known is None:
        return
    began = min([window.due - WINDOW] if window else [], default=turn.now)
    held = await _unshown(turn, case, min(began, known.began if known else began))
    await _write(turn, case, held, known.late if known else ())


async def _look(turn: Turn, case: Case, known: Awaited) -> None:
    """Post the line, or keep waiting."""
    if not turn.organisation.staff_account:
        return
    messages = await _unshown(turn, case, known.began)
    files = [file for message in messages for file in message.attachments]
    if turn.now < known.until:
        _wait(turn, case, known, known.until)
        return
    if any(one.state is FileState.WAITING for one in await turn.tx.attachments.describe(files)):
        patience = known.patience or turn.now + PATIENCE
        if turn.now < patience:
            _wait(turn, case, replace(known, patience=patience), patience)
            return
    if await _awaited(turn, case) is not None:
        turn.drop_timer(owner_of(case), FILES)
    if not messages and not known.late:
        return
    if await may_write(turn, case):
        await _write(turn, case, messages, known.late)
    elif known.late:  # what is in no line yet is found without a timer
        window = await turn.timer(owner_of(case), KIND)
        _wait(turn, case, known, (window.due if window else turn.now) + SECOND)


async def _unshown(turn: Turn, case: Case, began: Instant) -> list[CaseMessage]:
    """Return the customer's messages that are in no line; older versions did not mark lines of several messages."""
    return await turn.tx.messages.unshown(case.id, began - _EARLIER)


async def _write(turn: Turn, case: Case, messages: Sequence[CaseMessage], late: Iterable[int]) -> None:
    """Post one line for all of it and mention the owner once; what does not fit continues in the next line."""
    ids = [file for message in messages for file in message.attachments]
    found = {one.id: one for one in await turn.tx.attachments.describe({*ids, *late})}
    files = [found[one] for one in dict.fromkeys((*ids, *late)) if one in found]
    stored = tuple(one.id for one in files if one.state is FileState.STORED)
    said = [message.text for message in messages if message.text]
    first, texts = 0, list(_lines(turn, case, said, files))
    for number, text in enumerate(texts):
        last = number == len(texts) - 1
        mention, files_here = () if number else (case.owner,), stored if last else ()
        row = write_line(turn, case, text, mention=mention, attachments=files_here, goes_on=number > 0)
        first = first or row
    if messages and first:
        await turn.tx.messages.show([message.id for message in messages], first)


def _lines(turn: Turn, case: Case, said: Sequence[str], files: Sequence[Attachment]) -> Iterator[str]:
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    below = not_taken(turn, files, language)
    portions = _portions(said) or [""]
    for number, words in enumerate(portions, 1):
        if not words:
            stored = sum(one.state is FileState.STORED for one in files)
            line = texts.render("staff.line.files", language, n=stored) if stored else ""
        elif len(said) == 1 or number > 1:
            line = texts.render("staff.line.customer", language, text=words)
        else:
            line = texts.render("staff.line.several", language, n=len(said), text=words)
        if number == len(portions) and below:
            line = f"{line}<br>{below}" if line else below
        if line:
            yield line


def _portions(said: Iterable[str]) -> list[str]:
    """Return the words joined, as many as fit into a line."""
    portions: list[str] = []
    for words in (part for one in said for part in pieces(one, MOST_WORDS)):
        if portions and len(portions[-1]) + len(words) < MOST_WORDS:
            portions[-1] += f"\n{words}"
        else:
            portions.append(words)
    return portions


async def _awaited(turn: Turn, case: Case) -> Awaited | None:
    timer = await turn.timer(owner_of(case), FILES)
    return _AWAITED.validate_json(timer.note) if timer and timer.note else None


def _wait(turn: Turn, case: Case, known: Awaited, until: Instant) -> None:
    timer, note = SetTimer(owner_of(case), FILES, until), _AWAITED.dump_json(known).decode()
    turn.set_timer(timer, conversation=case.conversation, case=case.id, note=note)


def _open(turn: Turn, case: Case, until: Instant, lines: int) -> None:
    timer = SetTimer(owner_of(case), KIND, until)
    turn.set_timer(timer, conversation=case.conversation, case=case.id, note=str(lines))
