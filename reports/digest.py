"""Build a digest: find the sections, let each speak in its turn, say at the top what a reader must know first."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from conversations.events import SECOND
from conversations.texts.languages import WordSource, per_language
from reports import sections as package
from reports.blocks import Block, Chapter, Digest, Note, Tone
from reports.changes import Way
from reports.data import Figures
from reports.metrics import Metric
from reports.words import Wording, Words


class Section(Protocol):
    """A module of `reports/sections/`: the key of its title, its place, and what it has to say.

    `PHRASES` are the keys that it puts together from names, below `digest.<section>`; it may bring words of its own
    along as `TEXTS`, key -> language -> template.
    """

    TITLE: str
    RANK: int
    build: Callable[[Figures, Words], tuple[Block, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """A section under the name of its file."""

    name: str
    section: Section


def discover() -> tuple[Found, ...]:
    """Return all sections by rank, then name: a new file in `reports/sections/` is a new section."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = (
        Found(name, cast(Section, importlib.import_module(f"{package.__name__}.{name}"))) for name in names
    )
    return tuple(sorted(found, key=lambda one: (one.section.RANK, one.name)))


def section_texts() -> tuple[WordSource, ...]:
    """Return the words that sections bring along, as files of languages."""
    return tuple(
        source
        for one in discover()
        for source in per_language(
            f"digest.{one.name}", f"sections/{one.name}.py", getattr(one.section, "TEXTS", {})
        )
    )


def text_keys() -> tuple[str, ...]:
    """Return the texts whose keys are put together from names; every other key stands in the code as it is."""
    found = discover()
    return (
        *(one.section.TITLE for one in found),
        *(f"digest.{one.name}.{key}" for one in found for key in getattr(one.section, "PHRASES", ())),
        *(f"digest.{one.name}.{key}" for one in found for key in getattr(one.section, "TEXTS", ())),
        *(f"digest.metric.{one}" for one in Metric),
        *(f"digest.method.{one}" for one in Metric),
        *(f"digest.changes.{one}_{what}" for one in Way for what in ("also", "mix")),
        *(f"digest.changes.{one}" for one in (*Way, "in_week", "since_week")),
    )


def build(figures: Figures, language: str, texts: Wording, sections: Sequence[str] | None = None) -> Digest:
    """Return the digest in a language; `sections` picks and orders them by name, None takes all by rank.

    Raises:
        ValueError: a section is unknown; the message names those there are.
    """
    words = Words(texts, language, figures.period.zone, figures.labels)
    chapters = (_chapter(one, figures, words) for one in _picked(sections))
    return Digest(
        title=words.say("title", weeks=len(figures.period.weeks())),
        organisation=figures.organisation,
        period=_period(figures, words),
        language=language,
        lead=tuple(_lead(figures, words)),
        chapters=tuple(chapter for chapter in chapters if chapter.blocks),
        closing=(words.say("made", moment=words.moment(figures.now), zone=figures.period.zone),),
        omitted=words.say("omitted"),
        data={
            "first_week": figures.period.first_week,
            "last_week": figures.period.last_week,
            "start": figures.period.start // SECOND,
            "end": figures.period.end // SECOND,
            "zone": figures.period.zone,
            "complete": figures.period.complete,
            "quiet": figures.quiet,
            "made": figures.now // SECOND,
        },
    )


def _picked(names: Sequence[str] | None) -> Iterable[Found]:
    found = {one.name: one for one in discover()}
    if names is None:
        return found.values()
    unknown = [name for name in names if name not in found]
    if unknown:
        raise ValueError(f"unknown digest section {unknown[0]!r}; there are: {', '.join(found)}")
    return [found[name] for name in names]


def _chapter(one: Found, figures: Figures, words: Words) -> Chapter:
    title = words.say(one.section.TITLE.removeprefix("digest."))
    return Chapter(one.name, title, one.section.build(figures, words))


def _period(figures: Figures, words: Words) -> str:
    period = figures.period
    days = words.period(period)
    if period.first_week != period.last_week:
        return days
    return words.say("week", number=words.week_number(period.first_week), days=days)


def _lead(figures: Figures, words: Words) -> Iterable[Note]:
    if not figures.period.complete:
        yield Note(words.say("incomplete", moment=words.moment(figures.now)), Tone.WARNING)
    if figures.quiet:
        yield Note(words.say("quiet"))
