"""Reads the outcomes of a dialogue: what they say and do."""

from collections.abc import Mapping

from conversations.definition.dialogue import (
    CARRIED,
    CASE_KINDS,
    Beginning,
    CasePlan,
    Decision,
    Outcome,
    SourceKind,
    Sources,
    ValueSource,
)
from conversations.definition.draft import Data, Draft
from conversations.definition.rules import Condition, Rule
from conversations.kinds import CaseKind
from conversations.problem import Problem
from conversations.question import Question

CASE_FIELDS = ("category", "severity", "order", "remedy", "words", "product", "touchpoint")
OFFER_TEXTS = ("yes", "no", "declined")
ENDINGS = ("open_case", "offer_case", "begin", "decide_case", "hand_over")


def read_outcome(draft: Draft, key: str, table: Data, questions: Data) -> None:
    path = f"outcomes.{key}"
    draft.id(path, key)
    if key in questions:
        draft.problems.append(Problem(path, "is also the name of a question", "rename one"))
    if key in draft.outcomes:
        draft.problems.append(Problem(path, "is also what an offer calls its yes or no", "rename one"))
    offer = "offer_case" in table
    draft.keys(path, table, ("say", *ENDINGS, *(OFFER_TEXTS if offer else ())))
    endings = [ending for ending in ENDINGS if ending in table]
    if len(endings) > 1:
        draft.problems.append(Problem(path, f"has {' and '.join(endings)}", "keep one of them"))
    if offer:
        _offer(draft, key, table, questions)
        return
    if "say" in table:
        draft.text(f"{path}.say", table["say"])
    then: CasePlan | Beginning | Decision | None = None
    if "open_case" in table:
        then = _case(draft, f"{path}.open_case", draft.table("open_case", table, f"{path}."), questions)
    elif "begin" in table:
        then = _beginning(draft, f"{path}.begin", table["begin"], questions)
    elif "decide_case" in table:
        then = _decision(
            draft, f"{path}.decide_case", draft.table("decide_case", table, f"{path}."), questions
        )
    draft.outcomes[key] = Outcome(key, "say" in table, then, draft.flag("hand_over", table, path))


def _offer(draft: Draft, key: str, table: Data, questions: Data) -> None:
    """An offer is a yes/no question with two ends of its own."""
    path, yes, no = f"outcomes.{key}", f"{key}_yes", f"{key}_no"
    if "say" not in table:
        draft.problems.append(Problem(f"{path}.say", "is missing", "ask whether somebody shall look into it"))
    for label, place in (("say", "ask"), ("yes", "yes"), ("no", "no")):
        if label in table:
            draft.text(f"{path}.{label}", table[label], f"questions.{key}.{place}")
    if "declined" in table:
        draft.text(f"{path}.declined", table["declined"], f"outcomes.{no}.say")
    for end in (yes, no):
        if end in questions or end in draft.outcomes:
            draft.problems.append(Problem(path, f"needs the name '{end}' for itself", "rename the other"))
    draft.questions[key] = Question(key, "yes_no", otherwise=no)
    draft.rules[key] = (Rule(yes, (Condition("is", "yes", key),)), Rule(no))
    draft.outcomes[yes] = Outcome(
        yes, then=_beginning(draft, f"{path}.offer_case", table["offer_case"], questions)
    )
    draft.outcomes[no] = Outcome(no, "declined" in table)


def _case(draft: Draft, path: str, table: Data, questions: Data) -> CasePlan:
    draft.keys(path, table, ("kind", *CASE_FIELDS))
    kind = CaseKind(draft.one_of("kind", table, CASE_KINDS, path) or CaseKind.COMPLAINT)
    fields = {
        name: _sources(draft, f"{path}.{name}", table[name], questions)
        for name in CASE_FIELDS
        if name in table
    }
    return CasePlan(kind, _carried(draft) | fields)


def _beginning(draft: Draft, path: str, raw: object, questions: Data) -> Beginning:
    if isinstance(raw, str):
        return Beginning(raw, _carried(draft))
    if not isinstance(raw, Mapping):
        draft.problems.append(Problem(path, "must name a dialogue", 'begin = "complaint"'))
        return Beginning("")
    default = "complaint" if path.endswith("offer_case") else ""
    dialogue = str(raw.get("dialogue", default))
    if not dialogue:
        draft.problems.append(Problem(f"{path}.dialogue", "is missing", 'dialogue = "complaint"'))
    bound = {
        name: _sources(draft, f"{path}.{name}", value, questions)
        for name, value in raw.items()
        if name != "dialogue"
    }
    return Beginning(dialogue, _carried(draft) | bound)


def _decision(draft: Draft, path: str, table: Data, questions: Data) -> Decision:
    draft.keys(path, table, ("accepted", "words"))
    if not isinstance(table.get("accepted"), bool):
        draft.problems.append(Problem(f"{path}.accepted", "must be true or false", "accepted = true"))
    if "case" not in draft.bindings:
        draft.problems.append(Problem(path, "no case is bound", 'needs = ["case"]'))
    words = _sources(draft, f"{path}.words", table["words"], questions) if "words" in table else ()
    return Decision(bool(table.get("accepted")), words)


def _carried(draft: Draft) -> dict[str, Sources]:
    return {name: (ValueSource(SourceKind.BINDING, name),) for name in CARRIED if name in draft.bindings}


def _sources(draft: Draft, path: str, raw: object, questions: Data) -> Sources:
    names = [raw] if isinstance(raw, str) else raw
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        draft.problems.append(Problem(path, "must be a name or a list of names", 'words = ["what"]'))
        return ()
    return tuple(ValueSource(_what_gives(draft, name, questions), name) for name in names)


def _what_gives(draft: Draft, name: str, questions: Data) -> SourceKind:
    if name in questions:
        return SourceKind.QUESTION
    return SourceKind.BINDING if name in draft.bindings else SourceKind.LITERAL
