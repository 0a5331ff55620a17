"""Every text people read, by key and language: Jinja templates, plurals, dates and numbers through Babel.

Two forms: `render` gives neutral markup in which people's words are escaped; `plain` gives labels without markup.
Both are compiled at load; a template that cannot be compiled is a Problem, not an exception. The only file that
imports jinja2 (besides the reports' renderer) and Babel. Line breaks in markup are `<br>`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from types import CodeType
from typing import Final, TypeAlias

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from conversations.events import SECOND
from conversations.frozen import replace
from conversations.problem import Problem
from conversations.texts.languages import (
    FALLBACK,
    Language,
    WordSource,
    fallbacks,
    read_languages,
    tongues,
    vocabulary_of,
)
from conversations.texts.templates import forbidden
from conversations.texts.vocabulary import Vocabulary

LONGEST = 200_000
"""Characters of a text that is filled in: some dozens of the longest answers."""
UNREADABLE = (TemplateSyntaxError, SyntaxError, ValueError, RecursionError, MemoryError)
"""What a template can raise when it is read: nested too deep for the parser or for Python's own, numbers too long."""

SIMPLE = "only {{ names }}, filters and {% if %} work in a text"

Entries: TypeAlias = Mapping[str, Mapping[str, str]]
"""Text key -> language tag -> template."""

Rich: TypeAlias = Markup
"""Neutral markup: what is in it may be trusted, what is put into it gets escaped."""

Moment: TypeAlias = int | date | datetime
"""A filter's date: UTC microseconds, a date or an aware datetime."""


class TextError(Exception):
    """A text could not be rendered with the values it was given."""


class UnknownText(KeyError):
    """No such text key."""


def language_name(language: str) -> str:
    """Return what a language calls itself: Deutsch, English."""
    locale = _locale(language)
    return str(locale.get_display_name(locale) or language).capitalize()


class Texts:
    """A set of texts, compiled, with the `vocabulary` of what people may write in the same languages.

    `problems` lists what could not be read; the rest works.
    """

    def __init__(
        self,
        entries: Entries,
        zone: tzinfo = UTC,
        problems: tuple[Problem, ...] = (),
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._entries = entries
        self.vocabulary = vocabulary or Vocabulary()
        self._zone = zone
        self._rich = _environment(zone, markup=True)
        self._plain = _environment(zone, markup=False)
        self._templates: dict[tuple[str, str], tuple[Template, Template]] = {}
        self._fixed: dict[
            tuple[str, str], tuple[Rich, str]
        ] = {}  # shown as they are where there is no template
        self._tags: dict[tuple[str, str], str] = {}
        self.problems = problems + tuple(self._compile())

    @classmethod
    def load(cls, sources: Iterable[WordSource], zone: tzinfo = UTC) -> "Texts":
        """Read the parsed files of languages. The zone is the one dates are shown in."""
        languages, problems = read_languages(sources)
        return cls.of(languages, zone, problems)

    @classmethod
    def of(
        cls,
        languages: Mapping[str, Language],
        zone: tzinfo = UTC,
        problems: tuple[Problem, ...] = (),
        first: Iterable[str] = (),
    ) -> "Texts":
        """Put languages together; of what is understood, those named first come first.

        Each problem is placed in the file of its text.
        """
        entries: dict[str, dict[str, str]] = {}
        for tag, language in languages.items():
            for key, one in language.texts.items():
                entries.setdefault(key, {})[tag] = one.words
        texts = cls(entries, zone, vocabulary=vocabulary_of(languages, first))
        placed = []
        for problem in texts.problems:
            key, _, tag = problem.path.rpartition(".")
            placed.append(replace(problem, path=key, file=languages[tag].texts[key].file))
        texts.problems = (*problems, *placed)
        return texts

    def _compile(self) -> Iterator[Problem]:
        for key, texts in self._entries.items():
            for tag, text in texts.items():
                self._fixed[key, tag] = _broken(text), text
                if "{" not in text:
                    continue
                try:
                    match _code(text):
                        case (rich, plain):
                            self._templates[key, tag] = (
                                Template.from_code(self._rich, rich, {}),
                                Template.from_code(self._plain, plain, {}),
                            )
                        case wrong:
                            yield Problem(f"{key}.{tag}", f"template: {wrong} is not possible here", SIMPLE)
                except TemplateSyntaxError as error:
                    yield Problem(f"{key}.{tag}", f"template: {error.message}", "check the braces")
                except UNREADABLE:
                    yield Problem(f"{key}.{tag}", "template: is too complicated", SIMPLE)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    @property
    def entries(self) -> Entries:
        """Return the sources, by key and language."""
        return self._entries

    @property
    def zone(self) -> tzinfo:
        """Return the zone dates are shown in."""
        return self._zone

    def source(self, key: str, language: str) -> str:
        """Return the template a person with this language sees; empty where there is none at all."""
        tag = self._tag(key, language)
        return self._entries[key][tag] if tag else ""

    def varies(self, key: str, language: str) -> bool:
        """Tell whether a text depends on values; one that does not is the same for everybody."""
        return (key, self._tag(key, language)) in self._templates

    def render(self, key: str, language: str, **values: object) -> Rich:
        """Return neutral markup. Values are escaped unless they are `Markup`.

        Raises:
            UnknownText: no such key.
            TextError: a value is missing or does not fit; `check` and tests find this before people do.
        """
        place = self._place(key, language)
        pair = self._templates.get(place)
        return _broken(_fill(pair[0], place, language, values)) if pair else self._fixed[place][0]

    def plain(self, key: str, language: str, **values: object) -> str:
        """Return a label: no markup, nothing escaped. Raises as `render` does."""
        place = self._place(key, language)
        pair = self._templates.get(place)
        return _fill(pair[1], place, language, values) if pair else self._fixed[place][1]

    def _place(self, key: str, language: str) -> tuple[str, str]:
        tag = self._tag(key, language)
        if not tag:
            raise UnknownText(key)
        return key, tag

    def _tag(self, key: str, language: str) -> str:
        """Return the tag a text is found under, empty for no text; asked for often, hence remembered."""
        tag = self._tags.get((key, language))
        if tag is None:
            texts = self._entries.get(key, {})
            tag = next((tag for tag in (*fallbacks(language), *texts) if tag in texts), "")
            self._tags[key, language] = tag
        return tag

    def whole(self, prefix: str, language: str) -> str:
        """Return a language where every text of which the key begins so is in it or its base (`de-formal`: `de`).

        Else the fallback: a document that takes its words and dates from two languages can be read by nobody.
        """
        known = {*tongues(language)}
        entries = (texts for key, texts in self._entries.items() if key.startswith(prefix))
        return FALLBACK if any(known.isdisjoint(texts) for texts in entries) else language

    def placeholders(self, key: str, language: str) -> frozenset[str]:
        """Return the dotted names a template reads (`person.name`, `order`) in exactly this language."""
        return placeholders(self._entries.get(key, {}).get(language, ""))


def placeholders(text: str) -> frozenset[str]:
    """Return the dotted names a template reads; none where it cannot be read."""
    try:
        return frozenset(_names(_RICH.parse(text)))
    except UNREADABLE:
        return frozenset()


def shown_always(text: str) -> frozenset[str]:
    """Return the names that a template reads whatever the values are: those in no condition."""
    try:
        return frozenset(name for one in _unconditional(_RICH.parse(text)) for name in _names(one))
    except UNREADABLE:
        return frozenset()


def markup(text: str) -> Rich:
    """Vouch for neutral markup: authors wrote it and templates escaped every value in it."""
    return Markup(text)  # noqa: S704 - the one place that vouches


def _broken(text: str) -> Rich:
    return markup(text.replace("\n", "<br>"))


def _fill(template: Template, place: tuple[str, str], language: str, values: Mapping[str, object]) -> str:
    name = ".".join(place)
    try:
        text = template.render(values, language=language)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TextError(f"{name}: {error}") from error
    if len(text) > LONGEST:
        raise TextError(f"{name}: comes to {len(text)} characters, more than {LONGEST}")
    return text


def paragraphs(*parts: str) -> Rich:
    """Join pieces of neutral markup with an empty line between them; empty pieces vanish."""
    return markup("<br><br>".join(part for part in parts if part))


def lines(*parts: str) -> Rich:
    """Join pieces of neutral markup line by line; empty pieces vanish."""
    return markup("<br>".join(part for part in parts if part))


def inert(words: str) -> Rich:
    """Return a person's words as neutral markup that does nothing."""
    return markup(str(escape(words)).replace("\n", "<br>"))


# -- Jinja and Babel ---------------------------------------------------------------------------------------------------


def _environment(zone: tzinfo, *, markup: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(autoescape=markup, undefined=StrictUndefined)
    environment.globals.clear()  # no range, no lipsum: a text is not a program
    kept = {name: environment.filters[name] for name in ("default", "first", "length", "lower", "upper")}
    environment.filters.clear()
    environment.filters.update(
        kept, plural=_plural, number=_number, date=_date(zone), datetime=_datetime(zone)
    )
    return environment


@lru_cache(maxsize=8192)
def _code(text: str) -> tuple[CodeType, CodeType] | str:
    """Compile a template with and without markup, once in a process; or say what it does and may not.

    Raises those of UNREADABLE.
    """
    tree = _RICH.parse(text)
    wrong = next(forbidden(tree), "")
    return wrong or (_RICH.compile(tree), _PLAIN.compile(tree))


def _unconditional(tree: nodes.Node) -> Iterator[nodes.Node]:
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Output):
            yield from (one for one in child.nodes if not isinstance(one, nodes.CondExpr))


def _names(tree: nodes.Node) -> Iterator[str]:
    if isinstance(tree, nodes.Getattr):
        chain, inner = [tree.attr], tree.node
        while isinstance(inner, nodes.Getattr):
            chain, inner = [inner.attr, *chain], inner.node
        if isinstance(inner, nodes.Name):
            yield ".".join([inner.name, *chain])
            return
    if isinstance(tree, nodes.Name) and tree.ctx == "load":
        yield tree.name
    for child in tree.iter_child_nodes():
        yield from _names(child)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.split("-", maxsplit=1)[0])
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


def _moment(value: Moment, zone: tzinfo) -> datetime | date:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, date):
        return value
    return datetime.fromtimestamp(int(value) // SECOND, UTC).astimezone(zone)


def _date(zone: tzinfo) -> Callable[[Context, Moment, str], str]:
    @pass_context
    def show(context: Context, value: Moment, form: str = "medium") -> str:
        return format_date(_moment(value, zone), form, locale=_locale(context["language"]))

    return show


def _datetime(zone: tzinfo) -> Callable[[Context, Moment], str]:
    @pass_context
    def show(context: Context, value: Moment) -> str:
        moment = _moment(value, zone)
        locale = _locale(context["language"])
        if not isinstance(moment, datetime):
            return format_date(moment, locale=locale)
        day = format_skeleton("yMMMEd", moment, tzinfo=zone, locale=locale)  # people plan by weekdays
        return f"{day}, {format_time(moment, 'short', tzinfo=zone, locale=locale)}"

    return show


@pass_context
def _number(context: Context, value: float | str | Decimal, form: str | None = None) -> str:
    return format_decimal(Decimal(str(value)), format=form, locale=_locale(context["language"]))


@pass_context
def _plural(context: Context, count: int, one: str = "", other: str = "", **forms: str) -> str:
    """`{{ n | plural("# day", "# days") }}`; further CLDR categories by name (few="...", many="...")."""
    category = _locale(context["language"]).plural_form(count)
    chosen = {"one": one, "other": other, **forms}.get(category) or other
    return chosen.replace("#", _number(context, count))


# They only compile: the code knows no zone.
_RICH: Final = _environment(UTC, markup=True)
_PLAIN: Final = _environment(UTC, markup=False)
