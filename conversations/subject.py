"""What staff work on, by kind and id. Today that is a case; later kinds are added here."""

from enum import StrEnum

from conversations.frozen import frozen


class SubjectKind(StrEnum):
    """The kinds of things staff work on."""

    CASE = "case"


@frozen
class Subject:
    """One thing that staff work on. As text it is `case:41`: the name of its lane, and its id on platforms."""

    kind: SubjectKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}"


def about_case(case: int) -> Subject:
    """Return the subject of a case id."""
    return Subject(SubjectKind.CASE, case)


def read_subject(text: str) -> Subject:
    """Return the subject of a text like `case:41`. Raises ValueError."""
    kind, _, number = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) <= 19 and int(number) < 2**63):
        raise ValueError("no id of ours")
    return Subject(SubjectKind(kind), int(number))
