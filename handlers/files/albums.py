"""Albums: files sent together reach us as several events, so the result of the first ones is kept for an hour.

It is kept in the note of a timer without effect, so that it is in the database and erased with the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter

from conversations.effects import SetTimer
from conversations.events import HOUR
from conversations.frozen import frozen, replace
from conversations.refusals import Refusal
from conversations.session import ConversationId
from conversations.timers import Owner, OwnerKind, owned_by
from handlers.files.fetching import explain
from handlers.turn.turn import Turn

_KIND: Final = "heard"


@frozen
class Album:
    """The latest album: the case message it became (0 for none), and what the customer was told about it."""

    name: str
    message: int = 0
    answered: bool = False
    told: tuple[str, ...] = ()


_ALBUM: Final = TypeAdapter(Album)


async def heard(turn: Turn, who: ConversationId, name: str) -> Album | None:
    """Return what is known of an album; None for its first file, or where there is no album."""
    if not name:
        return None
    timer = await turn.timer(_owner(who), _KIND)
    album = _ALBUM.validate_json(timer.note) if timer and timer.note else None
    return album if album is not None and album.name == name else None


async def remember(
    turn: Turn,
    who: ConversationId,
    name: str,
    *,
    message: int = 0,
    answered: bool = False,
    told: Iterable[str] = (),
) -> None:
    """Remember the result for a file of an album."""
    if not name:
        return
    before = await heard(turn, who, name) or Album(name)
    reasons = tuple(dict.fromkeys((*before.told, *told)))
    album = replace(
        before,
        message=message or before.message,
        answered=answered or before.answered,
        told=reasons,
    )
    turn.set_timer(
        SetTimer(_owner(who), _KIND, turn.now + HOUR),
        conversation=who,
        note=_ALBUM.dump_json(album).decode(),
    )


async def explain_refused(
    turn: Turn, who: ConversationId, name: str, refused: Mapping[Refusal, Sequence[str]]
) -> None:
    """Tell the person which files are not kept and why; each reason once per album."""
    known = await heard(turn, who, name)
    for reason, names in refused.items():
        if known is None or reason not in known.told:
            explain(turn, who, reason, names)
    await remember(turn, who, name, told=[reason.value for reason in refused])


def _owner(who: ConversationId) -> Owner:
    return owned_by(OwnerKind.ALBUM, who)
