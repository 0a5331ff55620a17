"""Forms that staff fill in: what a field may hold, and how submitted values are parsed. Pure.

Required fields and permitted choices are declared once, by the field; `read` enforces them for every sender, scripts
included.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias, assert_never

from conversations.events import SECOND, FileRef
from conversations.frozen import frozen
from conversations.texts.graphemes import clip

LONGEST: Final = 3_000
"""The most characters of a text; Slack's own limit for forms."""

LONGEST_NUMBER: Final = 30
"""The most characters of a number."""

Option: TypeAlias = tuple[str, str]
"""An option: its value, and its label in the reader's language."""


@frozen
class TextField:
    """A text field, of one line or several."""

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
    """A member of staff: `people` are staff ids with names."""

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
"""What a platform submits for a field: text (a number, a day as 2026-12-31), chosen values, files."""

FieldValue: TypeAlias = str | int | Decimal | tuple[str, ...] | tuple[FileRef, ...]
"""A parsed value: text or a chosen value, the start of a day (UTC microseconds), a number, several, files."""

FieldValues: TypeAlias = Mapping[str, FieldValue]

EMPTY: Final = "case.refused.empty"
NOBODY: Final = "case.refused.nobody"
NOT_OFFERED: Final = "case.refused.form"

REFUSALS: Final = (EMPTY, NOBODY, NOT_OFFERED)
"""The text keys of what can be wrong with a submission."""


class Objection(ValueError):
    """The submission does not fit the form. Its argument is the text key of the reason."""


def read(fields: tuple[Field, ...], sent: Mapping[str, SentValue], zone: tzinfo) -> FieldValues:
    """Return the parsed values by field name, without optional fields that were left out. Raises Objection.

    Days begin at midnight in `zone`.
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
