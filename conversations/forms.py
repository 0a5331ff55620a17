"""Forms that staff fill in: what a field may hold, and what was sent, read as what it means. Pure.

What is required, and what stands to choice, is said once, by the field; `read` holds everybody to it, whatever a script
may send.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias, assert_never

from conversations.events import SECOND, FileRef
from conversations.frozen import frozen
from conversations.texts.graphemes import clip

LONGEST: Final = 3_000
"""Characters of a text; Slack's own forms send no longer ones."""

LONGEST_NUMBER: Final = 30
"""Characters of a number; more is none that anybody means."""

Option: TypeAlias = tuple[str, str]
"""What may be chosen: its value, and its label in the reader's language."""


@frozen
class TextField:
    """Words, in one line or in several."""

    name: str
    label: str
    hint: str = ""
    optional: bool = False
    lines: bool = True
    initial: str = ""


@frozen
class NumberField:
    """A number from `least` to `most`; whole unless `decimals`."""

    name: str
    label: str
    least: int
    most: int
    decimals: bool = False
    hint: str = ""
    optional: bool = False


@frozen
class DateField:
    """A day from `first` to `last`."""

    name: str
    label: str
    first: date
    last: date
    hint: str = ""
    optional: bool = False
    initial: date | None = None


@frozen
class OneOfField:
    """One of some options."""

    name: str
    label: str
    options: tuple[Option, ...]
    hint: str = ""
    optional: bool = False
    initial: str = ""


@frozen
class SeveralOfField:
    """Any number of some options, at least one where it is not optional."""

    name: str
    label: str
    options: tuple[Option, ...]
    hint: str = ""
    optional: bool = False
    initial: tuple[str, ...] = ()


@frozen
class PersonField:
    """One of us: `people` are staff ids with names."""

    name: str
    label: str
    people: tuple[Option, ...]
    hint: str = ""
    optional: bool = False


@frozen
class FileField:
    """Up to `most` files."""

    name: str
    label: str
    most: int = 5
    hint: str = ""
    optional: bool = False


Field: TypeAlias = TextField | NumberField | DateField | OneOfField | SeveralOfField | PersonField | FileField

SentValue: TypeAlias = str | tuple[str, ...] | tuple[FileRef, ...]
"""What a platform hands over for a field: words (a number, a day as 2026-12-31), values that were chosen, files."""

FieldValue: TypeAlias = str | int | Decimal | tuple[str, ...] | tuple[FileRef, ...]
"""What was meant: words or a chosen value, the moment a day begins (UTC microseconds), a number, several, files."""

FieldValues: TypeAlias = Mapping[str, FieldValue]

EMPTY: Final = "case.refused.empty"
NOBODY: Final = "case.refused.nobody"
NOT_OFFERED: Final = "case.refused.form"

REFUSALS: Final = (EMPTY, NOBODY, NOT_OFFERED)
"""The texts that say what is wrong with what was sent."""


class Objection(ValueError):
    """What was sent is not what the form asks for. Its argument is the text key that says so."""


def read(fields: tuple[Field, ...], sent: Mapping[str, SentValue], zone: tzinfo) -> FieldValues:
    """Return what was meant, by field; what was left out where that is allowed is missing. Raises Objection.

    A day begins when it does in `zone`.
    """
    found = ((field.name, _read(field, sent.get(field.name, ""), zone)) for field in fields)
    return {name: value for name, value in found if value not in ("", ())}


def _read(field: Field, sent: SentValue, zone: tzinfo) -> FieldValue:
    if not (sent.strip() if isinstance(sent, str) else sent):
        return _left_out(field)
    match field:
        case TextField():
            return clip(_word(sent).strip(), LONGEST)
        case NumberField():
            return _number(field, _word(sent))
        case DateField():
            return _moment(field, _word(sent), zone)
        case OneOfField(options=options) | PersonField(people=options):
            return _offered(_word(sent), options)
        case SeveralOfField(options=options):
            return tuple(dict.fromkeys(_offered(_word(one), options) for one in _several(sent)))
        case FileField(most=most):
            files = tuple(one for one in _several(sent) if isinstance(one, FileRef))
            if len(files) != len(sent) or len(files) > most:
                raise Objection(NOT_OFFERED)
            return files
        case _:
            assert_never(field)


def _left_out(field: Field) -> FieldValue:
    if field.optional:
        return ""
    match field:
        case TextField():
            raise Objection(EMPTY)
        case PersonField():
            raise Objection(NOBODY)
        case NumberField() | DateField() | OneOfField() | SeveralOfField() | FileField():
            raise Objection(NOT_OFFERED)
        case _:
            assert_never(field)


def _word(sent: object) -> str:
    if not isinstance(sent, str):
        raise Objection(NOT_OFFERED)
    return sent


def _several(sent: SentValue) -> tuple[str, ...] | tuple[FileRef, ...]:
    if isinstance(sent, str):
        raise Objection(NOT_OFFERED)
    return sent


def _offered(value: str, options: tuple[Option, ...]) -> str:
    if value not in {one for one, _ in options}:
        raise Objection(NOT_OFFERED)
    return value


def _number(field: NumberField, sent: str) -> Decimal:
    try:
        value = Decimal(sent.strip() if len(sent) <= LONGEST_NUMBER else "")
    except InvalidOperation as error:
        raise Objection(NOT_OFFERED) from error
    if not value.is_finite() or not field.least <= value <= field.most:
        raise Objection(NOT_OFFERED)
    if not field.decimals and value != value.to_integral_value():
        raise Objection(NOT_OFFERED)
    return value


def _moment(field: DateField, sent: str, zone: tzinfo) -> int:
    try:
        day = date.fromisoformat(sent.strip())
    except ValueError as error:
        raise Objection(NOT_OFFERED) from error
    if not field.first <= day <= field.last:
        raise Objection(NOT_OFFERED)
    return int(datetime.combine(day, time(), zone).timestamp()) * SECOND
