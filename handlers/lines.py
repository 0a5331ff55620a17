"""How much one customer puts before staff: some lines of a thread at once, then one a minute with all that was said.

The window is a timer of the case with the number of lines as its note, so that nothing is kept in memory. Every word is
stored with the case when it comes; only its line waits.
"""

from typing import Final

from conversations.cases.case import Case
from conversations.cases.step import owner_of
from conversations.effects import SetTimer
from conversations.events import MINUTE
from conversations.graphemes import clip
from handlers.cards import staff_language, write_line
from handlers.turn import Turn
from storage.interface import Timer

WINDOW: Final = MINUTE
AT_ONCE: Final = 5  # lines of a case within the window
MOST_CASES: Final = 20  # open cases of one person; what comes then belongs to the newest
KIND: Final = "lines"
_LONGEST: Final = 2_500  # characters of a line of several


async def may_write(turn: Turn, case: Case) -> bool:
    """Whether a line of the customer goes out by itself; else it is shown with others when the window ends."""
    window = await turn.timer(owner_of(case), KIND)
    lines = int(window.note) + 1 if window else 1
    _open(turn, case, window.due if window else turn.now + WINDOW, lines)
    return lines <= AT_ONCE


async def show_held(turn: Turn, case: Case, window: Timer) -> None:
    """The window ends: write one line for all that was held back. As long as more comes, one a window is enough."""
    if int(window.note) <= AT_ONCE:
        return
    began = window.due - WINDOW
    held = [
        message
        for message in (await turn.tx.messages(case.id))[1:]
        if message.direction == "in" and not message.log and message.at >= began
    ]
    if not held:
        return
    _open(turn, case, turn.now + WINDOW, AT_ONCE)
    words = "\n".join(message.text for message in held if message.text)
    line = turn.organisation.texts.render(
        "staff.line.several",
        staff_language(turn, case.owner),
        n=len(held),
        text=words if len(words) <= _LONGEST else f"{clip(words, _LONGEST)} …",
    )
    files = tuple(file for message in held for file in message.attachments)
    write_line(turn, case, line, mention=(case.owner,), attachments=files[:AT_ONCE])


def _open(turn: Turn, case: Case, until: int, lines: int) -> None:
    timer = SetTimer(owner_of(case), KIND, until)
    turn.set_timer(timer, conversation=case.conversation, case=case.id, note=str(lines))
