"""What may happen to a case, and what every action declares. An action is one module in `actions/`.

Its file name is its name: in facts, in forms, at Slack's buttons, in text keys; nothing else matches on it. The table
of a case's life, the buttons of its card, its forms and the diagrams are built from these files. A module has `action`
(an `Action`) and, where there is a form, `EXAMPLE`: what somebody might send, which the contract test plays. Everything
is pure: an action returns what is to be done (`CaseStep`), and `handlers/staff` does it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from types import ModuleType
from typing import Final, Protocol

from conversations.cases.case import Case, State
from conversations.cases.moves import CLOCK, CUSTOMER, CaseStep, Move
from conversations.cases.policy import Policy
from conversations.effects import ButtonStyle
from conversations.events import Instant
from conversations.forms import REFUSALS, Field, SentValue
from conversations.frozen import frozen
from conversations.texts.texts import language_name

WORKABLE: Final = (State.ACKNOWLEDGED, State.ASSESSED, State.IN_WORK)
"""Somebody has taken the case, and it is up to us."""

UNTAKEN: Final = (State.RECEIVED, State.REFUSED, State.REOPENED)
"""Somebody must take the case, at first or again."""


TONGUE: Final = "staff.form.reply_hint"
"""The text that says in which language words go out."""


class By(StrEnum):
    """Who does something to a case."""

    STAFF = "staff"
    CUSTOMER = "customer"
    CLOCK = "clock"

    @classmethod
    def of(cls, actor: str) -> "By":
        """Return the kind of actor; anybody but the customer and the clock is a member of staff."""
        return {CUSTOMER: cls.CUSTOMER, CLOCK: cls.CLOCK}.get(actor, cls.STAFF)


class Save(StrEnum):
    """The label of a form's submit button."""

    SEND = "staff.form.submit"
    KEEP = "staff.form.save"


class Label(Protocol):
    """Looks up texts."""

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key in the reader's language."""
        ...


@frozen
class FormContext:
    """The context of a form: the case, the staff id that fills it in, the day, the texts.

    `categories` are those that the organisation knows. `label` takes text keys, which the action must name in `texts`;
    `named` takes the beginning of a key and a word that the organisation may have made up.
    """

    case: Case
    policy: Policy
    staff: str
    today: date
    categories: tuple[str, ...]
    label: Label
    named: Callable[[str, str], str]

    @property
    def tongue(self) -> str:
        """Return a hint that names the language in which the customer reads this."""
        return self.label(TONGUE, tongue=language_name(self.case.language))


@frozen
class CaseSituation:
    """What an action is applied to: the case `before` it, and `case`, already in the new state."""

    before: Case
    case: Case
    policy: Policy
    move: Move
    now: Instant

    @property
    def by(self) -> By:
        """The actor."""
        return By.of(self.move.actor)


def never_barred(case: Case) -> str:
    """Bar nothing."""
    return ""


@frozen
class Action:
    """Something that may happen to a case.

    `leads` maps each state in which it is possible to the state it leads to. `bars` returns the text key of a further
    reason why it is not possible, empty for none. `apply` returns the resulting step, without the fact of the move.
    `place` orders buttons and table. `form` returns the fields staff fill in; without one the button acts at once.
    `texts` are all keys that form and consequences use, besides the name of the button.
    """

    place: int
    leads: Mapping[State, State]
    apply: Callable[[CaseSituation], CaseStep]
    texts: tuple[str, ...]
    by: frozenset[By] = frozenset({By.STAFF})
    bars: Callable[[Case], str] = never_barred
    form: Callable[[FormContext], tuple[Field, ...]] | None = None
    style: ButtonStyle = ButtonStyle.PLAIN
    save: Save = Save.SEND

    def is_possible(self, case: Case, by: By = By.STAFF) -> bool:
        """Return whether an actor may do this to a case in its present state."""
        return by in self.by and case.state in self.leads and not self.bars(case)


def stays(*states: State) -> Mapping[State, State]:
    """Possible in these states, without changing them."""
    return {state: state for state in states}


def lead(to: State, *states: State) -> Mapping[State, State]:
    """Possible in these states, all leading to `target`."""
    return dict.fromkeys(states, to)


def _modules() -> Iterator[tuple[str, ModuleType]]:
    folder = importlib.import_module("conversations.cases.actions")  # by name: its modules import this one
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        yield found.name, importlib.import_module(f"{folder.__name__}.{found.name}")


@cache
def actions() -> Mapping[str, Action]:
    """Return every action by name, in order of `place`: the modules found in `conversations/cases/actions`."""
    found: dict[str, Action] = {name: module.action for name, module in _modules()}
    return dict(sorted(found.items(), key=lambda one: one[1].place))


@cache
def examples() -> Mapping[str, Mapping[str, SentValue]]:
    """Return the example submission of each action that has a form."""
    return {name: module.EXAMPLE for name, module in _modules() if module.action.form}


def buttons(case: Case) -> tuple[tuple[str, Action], ...]:
    """Return what staff may do to a case now, by name and in order."""
    return tuple((name, action) for name, action in actions().items() if action.is_possible(case))


def text_keys() -> tuple[str, ...]:
    """Return every text key that actions may use: buttons, forms, lines, notices, refusals."""
    names = [f"staff.action.{name}" for name, action in actions().items() if By.STAFF in action.by]
    own = [key for action in actions().values() for key in (action.save, *action.texts)]
    refusals = [*REFUSALS, *(f"case.refused.{state.value}" for state in State)]
    return tuple(dict.fromkeys([*names, *own, "staff.form.cancel", *refusals]))
