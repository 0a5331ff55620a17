"""The forms behind the buttons of a card, as data: which action asks for what."""

from collections.abc import Mapping

from conversations.cases.case import Case
from conversations.effects import Field, Form
from conversations.texts.texts import language_name
from handlers.cases.cards import label, staff_name
from handlers.turn.turn import Turn

LONGEST = 3_000
"""Characters of a text; Slack's own forms send no longer ones."""

_SEVERITIES = ("low", "normal", "high", "critical")


def form_for(turn: Turn, action: str, case: Case, language: str) -> Form | None:
    """Return the form of an action, None for an action that needs none. `language` is the staff member's."""
    fields = _fields(turn, action, case, language)
    if fields is None:
        return None
    texts = turn.organisation.texts
    return Form(
        name=action,
        case=case.id,
        title=texts.plain(f"staff.action.{action}", language),
        fields=fields,
        submit=texts.plain(
            "staff.form.save" if action in ("note", "assess", "hand_over") else "staff.form.submit", language
        ),
        cancel=texts.plain("staff.form.cancel", language),
    )


def offers(form: Form, values: Mapping[str, str]) -> bool:
    """Whether what was chosen stands to choice: a script can send whatever it likes."""
    chosen = {field.name: values.get(field.name, "") for field in form.fields if field.kind == "select"}
    offered = {field.name: ("", *(value for value, _ in field.options)) for field in form.fields}
    return all(value in offered[name] for name, value in chosen.items())


def _fields(turn: Turn, action: str, case: Case, language: str) -> tuple[Field, ...] | None:
    texts = turn.organisation.texts
    match action:
        case "reply" | "ask" | "propose":
            hint = texts.plain("staff.form.reply_hint", language, tongue=language_name(case.language))
            return (Field("text", texts.plain(f"staff.form.{action}", language), hint=hint),)
        case "note":
            return (Field("text", texts.plain("staff.form.note", language)),)
        case "close":
            return (Field("text", texts.plain("staff.form.close", language), optional=True),)
        case "reopen":
            return (Field("text", texts.plain("staff.form.reason", language)),)
        case "hand_over":
            others = [one for one in turn.organisation.policy.staff.values() if one.id != case.owner]
            people = tuple((one.id, staff_name(turn, one.id)) for one in others)
            return (
                Field("to", texts.plain("staff.form.to", language), kind="select", options=people),
                Field("text", texts.plain("staff.form.reason", language)),
            )
        case "assess":
            severities = tuple((one, label(turn, f"case.severity.{one}", language)) for one in _SEVERITIES)
            categories = tuple(
                (one, label(turn, f"case.category.{one}", language)) for one in _categories(turn, case)
            )
            return (
                Field(
                    "severity",
                    texts.plain("staff.form.severity", language),
                    kind="select",
                    options=severities,
                    initial=case.severity,
                ),
                Field(
                    "category",
                    texts.plain("staff.form.category", language),
                    kind="select",
                    options=categories,
                    initial=case.category,
                ),
            )
        case _:
            return None


def _categories(turn: Turn, case: Case) -> list[str]:
    """Every category the texts or the routes name, and the case's own."""
    named = [route.category for route in turn.organisation.policy.routes if route.category]
    known = [
        key.rpartition(".")[2] for key in turn.organisation.texts.entries if key.startswith("case.category.")
    ]
    return list(dict.fromkeys([case.category, *known, *named]))
