"""Dead letters that belong to no person and yet may name one: staff actions, lists and digests.

Such a dead letter may still be retried, so it is emptied only if it names the person being erased. An inbox body
names them by one of their cases: its id, its number, or the card in whose thread it was written. A post names them by
a case number, their name, or quoted words.
"""

import html
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from sqlalchemy import ColumnElement, Select, Update, bindparam, null, select, update

from conversations.session import PersonId
from storage.areas.dead_letters import LOST
from storage.engines.sql import EMPTY, LIMIT, ZERO, Row, Unit, said, within
from storage.interface.inbox import InboxState
from storage.tables import answer, case, case_message, conversation, inbox, outbox

PAGE: Final = 500  # dead letters read per query
SHORTEST_NAME: Final = 3  # characters: a shorter name occurs in any text
SHORTEST_QUOTE: Final = 12
QUOTED: Final = 40  # characters of a person's words that are searched for: a quote may be cut

_PERSON: Final[ColumnElement[int]] = bindparam("person")
_cases = select(case.c.id).where(case.c.person_id == _PERSON)
_CASES = select(case.c.id, case.c.number, case.c.card).where(case.c.person_id == _PERSON)
_CARDS = select(outbox.c.message).where(within(outbox.c.id, "cards"), outbox.c.message != EMPTY)
_NAMES = select(conversation.c.name).where(conversation.c.person_id == _PERSON)
_SPOKEN = (
    select(answer.c.words).where(answer.c.person_id == _PERSON),
    select(case_message.c.text).where(case_message.c.case_id.in_(_cases)),
)
_BODIES = (
    select(inbox.c.id, inbox.c.body)
    .where(
        inbox.c.state == said(InboxState.DEAD),
        inbox.c.body.is_not(null()),
        inbox.c.conversation_id.is_(null()),
        inbox.c.id > bindparam("after"),
    )
    .order_by(inbox.c.id)
    .limit(LIMIT)
    .offset(ZERO)
)
_POSTS = (
    select(outbox.c.id, outbox.c.body)
    .where(
        LOST,
        outbox.c.body != EMPTY,
        outbox.c.conversation_id.is_(null()),
        outbox.c.case_id.is_(null()),
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
    .limit(LIMIT)
    .offset(ZERO)
)
_EMPTY_BODIES = update(inbox).where(within(inbox.c.id, "letters")).values(body=null(), reason=EMPTY)
_EMPTY_POSTS = (
    update(outbox).where(within(outbox.c.id, "letters")).values(body=EMPTY, salt=EMPTY, reason=EMPTY)
)


async def empty_letters_naming(unit: Unit, person: PersonId) -> dict[str, int]:
    """Empty dead letters that belong to no person and name this one; return how many per table."""
    cases = await unit.fetch(_CASES, person=person)
    cards = [card for _, _, card in cases if card]
    threads = await unit.fetch(_CARDS, cards=cards) if cards else []
    numbers = [number for _, number, _ in cases]
    names = [name for (name,) in await unit.fetch(_NAMES, person=person) if len(name) >= SHORTEST_NAME]
    spoken = [text for one in _SPOKEN for (text,) in await unit.fetch(one, person=person)]
    quotes = [" ".join(text.split())[:QUOTED] for text in spoken]
    about = [*numbers, *(str(one) for one, _, _ in cases), *(message for (message,) in threads)]
    quotes = [quote for quote in quotes if len(quote) >= SHORTEST_QUOTE]
    return {
        inbox.name: await _empty(unit, _BODIES, _EMPTY_BODIES, about, ()),
        outbox.name: await _empty(unit, _POSTS, _EMPTY_POSTS, [*numbers, *names], quotes),
    }


async def _empty(
    unit: Unit, letters: Select[Any], empty: Update, words: Sequence[str], quotes: Sequence[str]
) -> int:
    if not words and not quotes:
        return 0
    wanted, after, emptied = _naming(words, quotes), 0, 0
    while page := await unit.fetch(letters, after=after, limit=PAGE):
        after = page[-1][0]
        if found := [row[0] for row in page if wanted.search(_read(row))]:
            emptied += await unit.run(empty, letters=found)
    return emptied


def _naming(words: Sequence[str], quotes: Sequence[str]) -> re.Pattern[str]:
    """Matches whole words (Ben is not in Benedikt), and a quote anywhere."""
    whole = [rf"(?<!\w){re.escape(word)}(?!\w)" for word in sorted(set(words))]
    return re.compile("|".join([*whole, *map(re.escape, sorted(set(quotes)))]))


def _read(row: Row) -> str:
    """Return the plain text of a body: decoded from a web form, JSON or markup."""
    raw = row[1]
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    unwrapped = re.sub(r'\\(["\\/])', r"\1", unquote_plus(text).replace("\\n", " "))
    return " ".join(html.unescape(unwrapped).split())
