"""Withdraws the rating of a case's handling when the case is reopened."""

from collections.abc import Iterable

from conversations.cases.case import Case
from conversations.cases.moves import AFTER_CASE
from conversations.facts import Corrected
from conversations.frozen import replace
from conversations.session import ConversationId
from handlers.turn.turn import Turn
from storage.interface.answers import AnswerRow


async def withdraw_answers(turn: Turn, who: ConversationId, ended: Case) -> None:
    """Remove the values of the ratings since the end of a case from all figures; the words stay.

    `ended` is the case as it was before it was reopened.
    """
    for row in await _given(turn, who, ended):
        dialogue = turn.organisation.library.current.get(row.dialogue)
        question = dialogue.questions.get(row.question) if dialogue else None
        if dialogue is None or question is None or row.answer.value is None:
            continue
        fact = Corrected(
            session=row.session,
            dialogue=row.dialogue,
            question=row.question,
            kind=question.type,
            metric=question.metric,
            old=row.answer.value,
            value=None,
            wording=row.answer.wording,
            first_at=row.answer.at,
            touchpoint=ended.touchpoint if "touchpoint" in dialogue.bindings else "",
        )
        turn.record(fact, who, ended)
        turn.answered(replace(row, answer=replace(row.answer, value=None)))


async def _given(turn: Turn, who: ConversationId, ended: Case) -> Iterable[AnswerRow]:
    """Return the answers of the dialogues that closing or settling the case began, including those of this turn."""
    given: dict[tuple[int, str], AnswerRow] = {}
    for moment in dict.fromkeys(one for one in (ended.solved, ended.closed) if one):
        for row in await turn.tx.answers.begun(ended, AFTER_CASE, moment):
            given[row.session, row.question] = row
    stack = turn.conversation(who).stack
    sessions = {one.id for one in stack if one.dialogue == AFTER_CASE and one.case == ended.id}
    for row in turn.answers:
        if row.session in sessions or (row.session, row.question) in given:
            given[row.session, row.question] = row
    return given.values()
