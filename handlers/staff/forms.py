"""The forms behind the buttons of a card, in the reader's language."""

from collections.abc import Iterator
from datetime import UTC, datetime

from conversations.cases.action import FormContext, actions
from conversations.cases.case import Case
from conversations.cases.policy import Staff
from conversations.effects import Form
from conversations.events import SECOND
from conversations.subject import about_case
from handlers.cases.cards import label
from handlers.turn.turn import Turn


def form_for(turn: Turn, name: str, case: Case, staff: Staff) -> Form | None:
    """Return the form of an action; None for one that has none or does not exist."""
    action = actions().get(name)
    if action is None or action.form is None:
        return None
    texts, language = turn.organisation.texts, staff.language
    return Form(
        name=name,
        subject=about_case(case.id),
        title=texts.plain(f"staff.action.{name}", language),
        fields=action.form(_context(turn, case, staff)),
        submit=texts.plain(action.save, language),
        cancel=texts.plain("staff.form.cancel", language),
    )


def _context(turn: Turn, case: Case, staff: Staff) -> FormContext:
    texts, language = turn.organisation.texts, staff.language

    def words(key: str, **values: object) -> str:
        return texts.plain(key, language, **values)

    def named(beginning: str, word: str) -> str:
        return label(turn, f"{beginning}.{word}", language)

    return FormContext(
        case=case,
        policy=turn.organisation.policy,
        staff=staff.id,
        today=datetime.fromtimestamp(turn.now // SECOND, UTC).astimezone(turn.organisation.zone).date(),
        categories=tuple(_categories(turn)),
        label=words,
        named=named,
    )


def _categories(turn: Turn) -> Iterator[str]:
    """Return every category that the texts or the routes name."""
    for key in turn.organisation.texts.entries:
        if key.startswith("case.category."):
            yield key.rpartition(".")[2]
    for route in turn.organisation.policy.routes:
        if route.category:
            yield route.category
