"""What the customer had answered before the case: score and reason of the first session of the chain."""

from collections.abc import Mapping

from conversations.cases.case import Case
from conversations.definition.dialogue import Dialogue
from conversations.session import Answer, SessionId
from conversations.texts.texts import inert
from handlers.turn.turn import Turn


async def led_to(turn: Turn, case: Case, language: str) -> dict[str, str]:
    """Return the card fields `score` and `reason` as markup; none where no survey led to the case."""
    if case.session is None:
        return {}
    known = (await turn.tx.sessions.load([case.session])).get(case.session)
    origin = known.origin if known else case.session
    name, given = await _answers(turn, origin)
    dialogue = turn.organisation.library.current.get(name)
    if dialogue is None:
        return {}
    score = next((one for one in dialogue.questions if dialogue.questions[one].metric and one in given), "")
    found = {"score": _said(dialogue, score, given, language) if score else ""}
    if score and dialogue.reason in given:
        found["reason"] = _said(dialogue, dialogue.reason, given, language)
    return found


async def _answers(turn: Turn, session: SessionId) -> tuple[str, Mapping[str, Answer]]:
    """Return the dialogue of a session and its answers that have a value, including those of this turn."""
    rows = [*await turn.tx.answers.of(session), *(one for one in turn.answers if one.session == session)]
    given = {row.question: row.answer for row in rows if row.answer.value is not None}
    return (rows[0].dialogue if rows else ""), given


def _said(dialogue: Dialogue, question: str, given: Mapping[str, Answer], language: str) -> str:
    """An answer with the name of its question, such as "Recommendation: 2"."""
    value = given[question].value
    parts = [
        dialogue.texts.plain(key, language)
        if (key := f"questions.{question}.options.{one}") in dialogue.texts
        else str(one)
        for one in (value if isinstance(value, tuple) else (value,))
    ]
    label = f"questions.{question}.label"
    name = f"{dialogue.texts.plain(label, language)}: " if label in dialogue.texts else ""
    return inert(f"{name}{', '.join(parts)}")
