"""Every action of a case, from the state it is possible in to the words people read, in every language.

A new file in `conversations/cases/actions` is taken up by itself.
"""

import ast
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

import pytest

from bot.app import library_of, load_dialogues, organisation_of
from bot.channels.console import ADDRESS
from bot.channels.slack.outbound.views import modal
from bot.clock import TimeOrderedIds
from bot.settings.config import Settings
from conversations.cases.action import (
    Action,
    By,
    CaseSituation,
    FormContext,
    actions,
    buttons,
    examples,
    text_keys,
)
from conversations.cases.case import Case, State
from conversations.cases.lifecycle import lifecycle
from conversations.cases.moves import (
    CLOCK,
    CUSTOMER,
    AskCustomer,
    CaseStep,
    KeepNote,
    Move,
    SendWords,
    TellCustomer,
    ThreadLine,
)
from conversations.cases.step import step
from conversations.effects import Hint, OpenCase, OpenForm
from conversations.events import Acted, Address, Event, Said, Sender, Submitted
from conversations.forms import read
from conversations.frozen import replace
from conversations.kinds import CaseKind, Severity, people
from conversations.session import CaseId, ConversationId, PersonId
from conversations.subject import about_case
from handlers.cases.cards import card_of
from handlers.cases.opening import open_case
from handlers.staff.acting import act
from handlers.turn.bodies import body_of
from handlers.turn.ports import Card, Post
from handlers.turn.turn import Turn
from sandbox.slack.views import problems_of_view
from tests.stores import NOW, opened
from tests.unit.conversations.case_story import POLICY
from tests.unit.conversations.chat import system_texts

ACCOUNT = "slack:T0SANDBOX01"
WORK = Address(ACCOUNT, "C1")
LANGUAGES = ("en", "de")
OURS = [name for name, action in actions().items() if By.STAFF in action.by]
THEIRS = [name for name in actions() if name not in OURS]


def case_in(state: State, kind: str = "complaint", *, acknowledged: int = 0, language: str = "en") -> Case:
    return Case(
        id=CaseId(7),
        number="A-2026-000007",
        kind=CaseKind(kind),
        state=state,
        category="delivery",
        severity=Severity.NORMAL,
        person=PersonId(1),
        conversation=ConversationId(1),
        people=people("ada", "ben", "eve"),
        channel="C1",
        language=language,
        acknowledged=acknowledged,
    )


def cases(action: Action) -> Iterator[Case]:
    """Every case in which the action is possible."""
    for state in action.leads:
        for kind in ("complaint", "praise"):
            for acknowledged in (0, NOW):
                case = case_in(state, kind, acknowledged=acknowledged)
                if not action.bars(case):
                    yield case


class Asked:
    """Words that tell which were asked for."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        self.keys.add(key)
        return system_texts().plain(key, "en", **values)


def context(case: Case, asked: Asked) -> FormContext:
    return FormContext(
        case, POLICY, "ada", date(2026, 11, 29), ("delivery", "product"), asked, lambda _, word: word
    )


def applied(name: str, case: Case, actor: str) -> CaseStep:
    action = actions()[name]
    values: Mapping[str, object] = {}
    if action.form and By.of(actor) is By.STAFF:
        values = read(action.form(context(case, Asked())), examples()[name], UTC)
    return step(case, POLICY, Move(name, actor, values), NOW)  # type: ignore[arg-type]


def keys_of(made: CaseStep) -> set[str]:
    said = (ThreadLine, KeepNote, TellCustomer, SendWords)
    return {one.key for one in made.consequences if isinstance(one, said)} | {one.key for one in made.notices}


# -- the table ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", actions())
def test_an_action_moves_a_case_as_its_file_says_and_no_other_way(name: str) -> None:
    action = actions()[name]
    actor = {By.STAFF: "ada", By.CUSTOMER: CUSTOMER, By.CLOCK: CLOCK}[min(action.by, key=list(By).index)]
    for state in State:
        case = case_in(state)
        case = replace(case, acknowledged=NOW) if action.bars(case) else case
        made = applied(name, case, actor)
        assert (lifecycle().fire(state, name, None) is None) is (state not in action.leads)
        if state in action.leads:
            assert (made.refused, made.case.state) == ("", action.leads[state])
            assert [fact.action for fact in made.facts] == [name]  # type: ignore[union-attr]  # a case that moved
        else:
            assert made == CaseStep(case, refused=f"case.refused.{state.value}")


@pytest.mark.parametrize("name", actions())
def test_nobody_does_what_is_not_theirs_to_do(name: str) -> None:
    action = actions()[name]
    for state in action.leads:
        for actor in ("ada", CUSTOMER, CLOCK):
            if By.of(actor) not in action.by:
                assert applied(name, case_in(state), actor).refused


def test_every_action_has_its_own_place_and_its_name_is_no_other_button() -> None:
    places = [action.place for action in actions().values()]
    assert places == sorted(set(places))
    assert "show" not in actions()
    assert [name for name in actions() if not name.isidentifier()] == []


def test_whoever_moves_a_case_by_name_names_a_file() -> None:
    """The customer's and the clock's moves begin in the use cases: `Move("reopen", CUSTOMER)`."""
    root, named = Path(__file__).parents[2], set[str]()
    for path in (
        path for folder in ("bot", "conversations", "handlers") for path in (root / folder).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Move":
                named |= {str(one.value) for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)}
    assert named - {"True", "False"} == set(THEIRS) | {"close", "reopen"}


# -- its words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", actions())
def test_an_action_names_every_text_it_uses_and_no_other(name: str) -> None:
    action, asked = actions()[name], Asked()
    used = set[str]()
    for case in cases(action):
        if action.form:
            action.form(context(case, asked))
        for actor in ("ada", CUSTOMER, CLOCK):
            if By.of(actor) in action.by:
                used |= keys_of(applied(name, case, actor))
    barred = {action.bars(case_in(state, acknowledged=at)) for state in action.leads for at in (0, NOW)} - {
        ""
    }
    assert used | asked.keys | barred == set(action.texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_every_action_is_there_in_every_language(language: str) -> None:
    entries = system_texts().entries
    assert [key for key in text_keys() if language not in entries.get(key, {})] == []


def test_every_button_stands_in_the_page_for_those_who_press_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "use" / "desk.md").read_text(encoding="utf-8")
    labels = [system_texts().plain(f"staff.action.{name}", "en") for name in OURS]
    assert [label for label in labels if f"| {label} |" not in page] == []


# -- played: the button, the form, the line, what the customer reads ---------------------------------------------------


@dataclass
class Played:
    """One turn in which a member of staff acts on a case, in one language."""

    turn: Turn
    case: Case

    async def acts(self, what: Acted | Submitted) -> list[str]:
        """Do it; return what was said to nobody else but the actor."""
        before = len(self.turn.perishables)
        await act(self.turn, Event("press", NOW, WORK, Sender("U0ADA", "Ada"), what))
        hints = [at.effect for at in self.turn.perishables[before:]]
        return [hint.text for hint in hints if isinstance(hint, Hint)]

    @property
    def form(self) -> OpenForm:
        effect = self.turn.perishables[-1].effect
        assert isinstance(effect, OpenForm)
        return effect

    @property
    def lines(self) -> list[str]:
        bodies = [body_of(row.kind, row.body) for row in self.turn.outbox if row.address == WORK]
        return [body.text for body in bodies if isinstance(body, Post)]

    @property
    def told(self) -> list[str]:
        return [row.body for row in self.turn.outbox if row.address == ADDRESS]


@pytest.fixture
async def played(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Played]:
    """A new case of a customer; customer and staff read the same language."""
    settings = Settings()
    dialogues, _ = load_dialogues(settings)
    staff = {name: replace(one, language=request.param) for name, one in POLICY.staff.items()}
    company = replace(
        organisation_of(settings, library_of(settings, dialogues)),
        policy=replace(POLICY, staff=staff),
        staff_account=ACCOUNT,
    )
    async with opened(sqlite_url) as store, store.transaction() as tx:
        turn = Turn(tx, company, TimeOrderedIds(0), NOW)
        said = Event("said", NOW, ADDRESS, Sender("ben", "Ben", request.param), Said("It is broken."))
        await turn.load([said])
        conversation = turn.at(ADDRESS)
        assert conversation is not None
        case = await open_case(
            turn, conversation, OpenCase(CaseKind.COMPLAINT, "delivery", words="It is broken.")
        )
        turn.outbox.clear()
        yield Played(turn, case)


@pytest.mark.parametrize("played", LANGUAGES, indirect=True)
@pytest.mark.parametrize("name", OURS)
async def test_an_action_is_played_from_its_button_to_the_words_people_read(
    played: Played, name: str
) -> None:
    action, turn = actions()[name], played.turn
    texts, language = turn.organisation.texts, turn.organisation.policy.staff["ada"].language
    for state in action.leads:
        case = replace(played.case, state=state, acknowledged=NOW)
        case = replace(case, acknowledged=0) if action.bars(case) else case
        turn.keep_case(case)
        turn.outbox.clear()
        card = await card_of(turn, case)
        label = texts.plain(f"staff.action.{name}", language)
        assert (name, label, action.style.value) in card.actions

        refusals = await played.acts(Acted(name, about_case(case.id), "trigger"))
        if action.form:
            assert not turn.outbox, "nothing happens before the form is sent"
            form = played.form.form
            assert problems_of_view(modal(form, "C1"), ("modal",)) == []
            assert (form.title, form.submit) == (label, texts.plain(action.save, language))
            assert all(field.label for field in form.fields)
            refusals += await played.acts(Submitted(name, about_case(case.id), examples()[name]))
        assert refusals == []
        moved = await turn.case(case.id)
        assert moved is not None
        assert moved.state is action.leads[state]
        assert any(isinstance(body_of(row.kind, row.body), Card) for row in turn.outbox), (
            "the card is drawn anew"
        )
        assert any("Ada" in line for line in played.lines), "the thread says who did it"
        wanted = CaseSituation(case, moved, POLICY, Move(name, "ada"), NOW)
        says = [one for one in action.apply(wanted).consequences if isinstance(one, TellCustomer | SendWords)]
        assert len(played.told) >= len(says), "the customer is told"


@pytest.mark.parametrize("played", LANGUAGES, indirect=True)
@pytest.mark.parametrize("name", OURS)
async def test_what_cannot_be_done_now_is_said_before_anybody_writes_a_text(
    played: Played, name: str
) -> None:
    action, turn = actions()[name], played.turn
    for state in State:
        if state in action.leads:
            continue
        case = replace(played.case, state=state)
        turn.keep_case(case)
        turn.outbox.clear()
        assert name not in dict(buttons(case))
        for what in (
            Acted(name, about_case(case.id)),
            Submitted(name, about_case(case.id), examples().get(name, {})),
        ):
            (refusal,) = await played.acts(what)
            assert case.number in refusal
        assert not turn.outbox


@pytest.mark.parametrize("played", LANGUAGES, indirect=True)
@pytest.mark.parametrize("name", examples())
async def test_a_form_that_was_left_empty_does_nothing(played: Played, name: str) -> None:
    action, turn = actions()[name], played.turn
    for state in action.leads:
        case = replace(played.case, state=state, acknowledged=NOW)
        turn.keep_case(case)
        turn.outbox.clear()
        await played.acts(Acted(name, about_case(case.id), "trigger"))
        if all(field.optional for field in played.form.form.fields):
            continue
        (refusal,) = await played.acts(Submitted(name, about_case(case.id), {}))
        assert refusal
        assert not turn.outbox


def test_what_the_customer_is_asked_is_a_shipped_dialogue() -> None:
    dialogues, _ = load_dialogues(Settings())
    asked = {
        one.dialogue
        for name in OURS
        for case in cases(actions()[name])
        for one in applied(name, case, "ada").consequences
        if isinstance(one, AskCustomer)
    }
    assert asked <= {dialogue.name for dialogue in dialogues}
