"""How a dialogue ends: what an outcome says and does. Everything said or sent in it is passed on."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from conversations.answers import remarks
from conversations.answers.evidence import joined, together
from conversations.definition.dialogue import (
    Beginning,
    CasePlan,
    Decision,
    Outcome,
    SourceKind,
    Sources,
    ValueSource,
)
from conversations.effects import Begin, CallHuman, DecideCase, Durable, Message, OpenCase, Say
from conversations.effects import Kind as MessageKind
from conversations.facts import Ended, How
from conversations.kinds import Severity
from conversations.session import Answer, Session
from conversations.talk.asking import Asking, visible

ON_CARD = ("category", "severity", "order", "remedy", "touchpoint")
"""Case fields that the card shows as fields of their own, unless longer than `CARD_FIELD`."""

CARD_FIELD = 100

_OPEN = ("order", "touchpoint")
"""Those of them shown as given; the others are looked up in the texts."""


def ended(session: Session, outcome: str, how: How, *, left: bool = True) -> Ended:
    """Return the fact that a session is over; `left`: whether the question asked last is still open."""
    bindings, left = session.bindings, left and bool(session.asked)
    return Ended(
        session.id,
        session.dialogue,
        outcome,
        how,
        bindings.get("touchpoint", ""),
        bool(session.invitation),
        bindings.get("party", ""),
        bindings.get("product", ""),
        session.language,
        session.state if left else "",
        session.asked if left else 0,
    )


def effects_of(outcome: Outcome, asking: Asking) -> list[Durable]:
    """Return the effects of an outcome, the text first."""
    effects: list[Durable] = []
    if outcome.says:
        text = asking.text(f"outcomes.{outcome.id}.say")
        effects.append(Say(Message(text, kind=MessageKind.RECEIPT), asking.session.case))
    if outcome.hand_over:
        effects.append(CallHuman(joined(*_said(asking)), (*_files(asking), *_refused(asking))))
    match outcome.then:
        case None:
            if not outcome.hand_over and (files := _files(asking)):
                text = asking.scene.say("kept.unseen", count=len(files))
                effects.append(Say(Message(text, kind=MessageKind.RECEIPT), asking.session.case))
        case CasePlan() as plan:
            effects.append(_open_case(plan, asking))
        case Beginning(dialogue, bindings):
            bound = {name: _resolve(sources, asking) for name, sources in bindings.items()}
            known = {name: value for name, value in bound.items() if value}
            said = joined(*_said(asking, _told(bindings, asking)))
            kept = together(Answer(words=said, attachments=_files(asking), refused=_refused(asking)), None)
            effects.append(Begin(dialogue, known, kept, asking.session.chain[0]))
        case Decision(accepted, sources):
            said = joined(_resolve(sources, asking), *_said(asking, _told({"words": sources}, asking)))
            effects.append(
                DecideCase(asking.session.case, accepted, said, (*_files(asking), *_refused(asking)))
            )
    return effects


def _open_case(plan: CasePlan, asking: Asking) -> OpenCase:
    fields = {name: _resolve(sources, asking) for name, sources in plan.fields.items()}
    shown = _told({"words": plan.fields.get("words", ())}, asking) | _on_card(plan, asking)
    return OpenCase(
        kind=plan.kind,
        category=fields.get("category", ""),
        severity=Severity.of(fields.get("severity", "")),
        order=fields.get("order", ""),
        remedy=fields.get("remedy", ""),
        words=joined(fields.get("words", ""), *_said(asking, shown)),
        touchpoint=fields.get("touchpoint", ""),
        product=fields.get("product", ""),
        attachments=_files(asking),
        refused=_refused(asking),
        summary=tuple((point.label, point.text) for point in asking.points()),
        party=fields.get("party", ""),
        sessions=asking.session.chain,
    )


def _resolve(sources: Sources, asking: Asking) -> str:
    """Join the values of the sources; of an answer, its value, else its words."""
    found = [_value(source, asking) for source in sources]
    return joined(*found)


def _value(source: ValueSource, asking: Asking) -> str:
    name = source.name
    match source.kind:
        case SourceKind.BINDING:
            return asking.session.bindings.get(name, "")
        case SourceKind.QUESTION:
            answer = visible(asking.session).get(name)
            if answer is None or answer.skipped:  # never asked: a binding of the same name may have it
                return asking.session.bindings.get(name, "")
            if answer.words or answer.value is None:
                return answer.words
            return ", ".join(answer.value) if isinstance(answer.value, tuple) else str(answer.value)
        case SourceKind.LITERAL:
            return name
        case _:
            assert_never(source.kind)


# -- passed on automatically ----------------------------------------------------------------------------------------


def _said(asking: Asking, told: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the answers in words, each below the name of its question, then the remarks.

    `told` are the questions whose answers are already passed on.
    """
    for question, answer in visible(asking.session).items():
        label = f"questions.{question}.label"
        name = asking.ask(question).label("label") if label in asking.dialogue.texts else ""
        spoken = answer.value is None and bool(answer.attachments)
        text = answer.words or (asking.shown(question, answer) if spoken else "")
        if text and question not in told:
            yield f"{name}: {text}" if name else text
    if unsaid := remarks.unsaid(asking.session):
        yield unsaid
    if asking.session.kept and asking.session.kept.words:
        yield f"{asking.scene.label('kept.label')}: {asking.session.kept.words}"


def _told(fields: Mapping[str, Sources], asking: Asking) -> frozenset[str]:
    """Return the questions that these fields take values from."""
    return frozenset(
        source.name
        for sources in fields.values()
        for source in sources
        if source.kind is SourceKind.QUESTION and _value(source, asking)
    )


def _on_card(plan: CasePlan, asking: Asking) -> frozenset[str]:
    """Return the questions whose whole answer the card shows in a field of its own."""
    answers = visible(asking.session)
    return frozenset(
        name
        for field in ON_CARD
        for name in _told({field: plan.fields.get(field, ())}, asking)
        if name in answers and len(answers[name].words) <= (CARD_FIELD if field in _OPEN else 0)
    )


def _files(asking: Asking) -> tuple[int, ...]:
    """Return all files that were sent, also those at questions that take none."""
    sent = [*visible(asking.session).values(), *([asking.session.kept] if asking.session.kept else [])]
    return tuple(sorted({file for answer in sent for file in answer.attachments}))


def _refused(asking: Asking) -> tuple[int, ...]:
    """Return the files that were refused."""
    kept = asking.session.kept or Answer()
    return (*kept.refused, *(file for answer in visible(asking.session).values() for file in answer.refused))
