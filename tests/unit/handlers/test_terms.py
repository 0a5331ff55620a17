"""Cases that an older program opened get their terms when this one starts, and keep them."""

from dataclasses import replace

from conversations.cases.policy import Deadlines, Policy
from conversations.events import DAY, HOUR
from conversations.kinds import CaseClock, Severity
from handlers.cases.deadlines import keep_terms
from storage.store import SqlStore
from tests.stores import NOW, complaint, meet, talk

STANDARD = Policy(deadlines={Severity.NORMAL: Deadlines(answer=24 * HOUR)})
HASTY = Policy(deadlines={Severity.NORMAL: Deadlines(answer=HOUR)})


async def test_the_first_start_gives_terms_and_no_later_one_changes_them(store: SqlStore) -> None:
    one = talk()
    old = replace(complaint(one), due=NOW + DAY, due_kind=CaseClock.ANSWER)
    async with store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(old)
    for policy in (STANDARD, HASTY):
        await keep_terms(store, policy)
        async with store.reading() as tx:
            case = (await tx.cases.load([old.id]))[old.id]
        assert case.terms.deadlines == STANDARD.deadlines
        assert (case.started, case.due, case.version) == (NOW, NOW + DAY, 1)
