"""How a dialogue ends: what an outcome says and asks for."""

from collections.abc import Mapping

from conversations.asking import Asking, visible
from conversations.dialogue import Beginning, CasePlan, Decision, Outcome, Sources
from conversations.effects import Begin, CallHuman, DecideCase, Durable, Message, OpenCase, Say
from conversations.effects import Kind as MessageKind
from conversations.facts import Ended
from conversations.session import Session


def ended(session: Session, outcome: str, how: str) -> Ended:
    """Return the fact that a session is over. `how` is finished, cancelled, expired, displaced or withdrawn."""
    touchpoint = session.bindings.get("touchpoint", "")
    return Ended(session.id, session.dialogue, outcome, how, touchpoint, bool(session.invitation))


def effects_of(outcome: Outcome, asking: Asking) -> list[Durable]:
    """Return what an outcome does, the text first."""
    effects: list[Durable] = []
    if outcome.says:
        text = asking.text(f"outcomes.{outcome.id}.say")
        effects.append(Say(Message(text, kind=MessageKind.RECEIPT)))
    if outcome.hand_over:
        effects.append(CallHuman(_words(asking)))
    match outcome.then:
        case None:
            pass
        case CasePlan() as plan:
            effects.append(_open_case(plan, asking))
        case Beginning(dialogue, bindings):
            bound = {name: _resolve(sources, asking) for name, sources in bindings.items()}
            effects.append(Begin(dialogue, {name: value for name, value in bound.items() if value}))
        case Decision(accepted, words):
            case = asking.session.bindings.get("case", "")
            number = int(case) if case.isascii() and case.isdigit() else 0
            effects.append(DecideCase(number, accepted, _resolve(words, asking)))
    return effects


def _open_case(plan: CasePlan, asking: Asking) -> OpenCase:
    fields = {name: _resolve(sources, asking) for name, sources in plan.fields.items()}
    answers = visible(asking.session).values()
    return OpenCase(
        kind=plan.kind,
        category=fields.get("category", ""),
        severity=fields.get("severity") or "normal",
        order=fields.get("order", ""),
        remedy=fields.get("remedy", ""),
        words=fields.get("words", ""),
        touchpoint=fields.get("touchpoint", ""),
        product=fields.get("product", ""),
        attachments=tuple(file for answer in answers for file in answer.attachments),
        refused=tuple(file for answer in answers for file in answer.refused),
        summary=tuple((point.label, point.text) for point in asking.points()),
    )


def _resolve(sources: Sources, asking: Asking) -> str:
    """Join what the sources give; an answer counts by its value, else by its words."""
    found = [_value(source.kind, source.name, asking) for source in sources]
    return "\n".join(part for part in found if part)


def _value(kind: str, name: str, asking: Asking) -> str:
    match kind:
        case "binding":
            return asking.session.bindings.get(name, "")
        case "question":
            answer = visible(asking.session).get(name)
            if answer is None or answer.skipped:  # never asked: a binding of the same name may know
                return asking.session.bindings.get(name, "")
            if answer.words or answer.value is None:
                return answer.words
            return ", ".join(answer.value) if isinstance(answer.value, tuple) else str(answer.value)
        case _:
            return name


def _words(asking: Asking) -> str:
    answers: Mapping[str, str] = {
        question: answer.words for question, answer in visible(asking.session).items()
    }
    return "\n".join(words for words in answers.values() if words)
