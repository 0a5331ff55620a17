"""The four forms of a digest: complete, within the limits, and deaf to whatever people wrote into it."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from conversations.cases.case import State
from reports.blocks import (
    Cell,
    Chapter,
    Column,
    Digest,
    Line,
    Lines,
    Measure,
    Measures,
    Note,
    Quote,
    Quotes,
    Table,
    Tone,
)
from reports.charts import draw
from reports.data import CaseLine, Figures, VoiceLine
from reports.digest import build
from reports.render import html, json_, slack, terminal
from reports.render.columns import shown
from reports.render.environment import inert
from sandbox.slack.blocks import problems_of
from tests.unit.reports.weeks import busy, empty, texts

TEXTS = texts()

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}</style>",
    "</title><h1>x</h1>",
    "{{ 7 * 7 }}{% for x in y %}",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "<!channel> <@U012ABC> <#C012ABC> <!subteam^S1>",
    "<https://evil.example|Your bank>",
    "``` ` *bold* _it_ ~x~ ```",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00\x08\r\n line",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b",
    "\ud800 lone",
    "Zoë Öztürk 👩‍👩‍👧 😀 漢字",
]

evil = pytest.mark.parametrize("words", EVIL)


def written(words: str) -> Figures:
    """A busy week with a stranger's words wherever people's words can stand."""
    week = busy()
    case = CaseLine(
        f"A-1{words}",
        "complaint",
        words,
        words,
        State.IN_WORK,
        words,
        week.period.start,
        due=5,
        due_kind=words,
    )
    labels = {"dialogue:survey": words, "category:delivery": words}
    voices = tuple(VoiceLine(week.now - n, words, n, words) for n in (1, 9))
    return replace(week, organisation=words, cases=(case, *week.cases), voices=voices, labels=labels)


class Skeleton(HTMLParser):
    """The elements and attribute names of a document: what text must never change."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


# -- HTML


@evil
def test_no_words_change_the_shape_of_the_document(words: str) -> None:
    harmless = Skeleton(html.render(build(written("plain"), "en", TEXTS)))
    assert Skeleton(html.render(build(written(words), "en", TEXTS))).found == harmless.found


@evil
def test_no_words_bring_a_script_or_an_address(words: str) -> None:
    found = Skeleton(html.render(build(written(words), "de", TEXTS))).found
    assert not {tag for tag, _ in found} & {"script", "iframe", "object", "a", "form", "link", "h3"}
    assert not [name for _, names in found for name in names if name.startswith("on") or name == "style"]


def test_the_policy_allows_this_style_and_nothing_else() -> None:
    document = html.render(build(busy(), "en", TEXTS), draw)
    (style,) = re.findall(r"<style>(.*?)</style>", document, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-{digest}&#39;"
    assert policy in document
    assert "http:" not in document
    assert "https:" not in document


def test_the_picture_is_inside_with_its_text_and_its_table() -> None:
    document = html.render(build(busy(), "de", TEXTS), draw)
    assert document.count("data:image/svg+xml;base64,") == 4
    assert 'alt="Verlauf des wöchentlichen NPS (Umfrage nach dem Kauf): 11 Wochen' in document
    assert "<summary>Dasselbe als Tabelle</summary>" in document


def test_without_a_picture_the_table_stands_open() -> None:
    document = html.render(build(busy(), "de", TEXTS))
    assert "<img" not in document
    assert "<details open>" in document


def test_the_document_names_its_language_and_titles_every_section() -> None:
    document = html.render(build(busy(), "de-formal", TEXTS))
    assert document.startswith('<!doctype html>\n<html lang="de-formal">')
    assert document.count("<h2 ") == len(build(busy(), "de", TEXTS).chapters)


def test_a_table_is_cut_to_a_terminal_and_whole_in_a_pipe() -> None:
    long = (
        "A category with a name so long that no terminal shows it, and that a spreadsheet takes all the same"
    )
    table = Table((Column(long, ""), Column("n", "")), ((Cell(long), Cell("1")),))
    digest = replace(build(empty(), "en", TEXTS), chapters=(Chapter("x", "x", (table,)),))
    assert long not in terminal.render(digest)
    assert long in terminal.render(digest, whole=True)


# -- Slack


@evil
def test_slack_finds_no_mention_link_or_code_in_words(words: str) -> None:
    posting = slack.render(build(written(words), "en", TEXTS))
    for text in (posting.text, *(str(one["text"]) for one in mrkdwn(posting.blocks))):
        assert "<" not in text
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)
        assert text.count("`") in (0, 6)  # our own fence, opened and closed
    assert all(one["verbatim"] for one in mrkdwn(posting.blocks))
    assert problems_of(posting.blocks, "message") == []


def test_slack_s_headers_are_plain_and_show_a_name_as_it_is() -> None:
    posting = slack.render(build(replace(empty(), organisation="Kurz & Lang <GmbH> `x`"), "en", TEXTS))
    head = posting.blocks[0]["text"]
    assert isinstance(head, dict)
    assert (head["type"], head["text"].partition(" · ")[2]) == ("plain_text", "Kurz & Lang <GmbH> `x`")
    assert "Kurz &amp; Lang &lt;GmbH&gt;" in posting.text
    assert problems_of(posting.blocks, "message") == []


@pytest.mark.parametrize("week", [busy(), empty()], ids=["busy", "empty"])
@pytest.mark.parametrize("language", ["en", "de", "de-formal"])
def test_slack_takes_the_blocks(week: Figures, language: str) -> None:
    posting = slack.render(build(week, language, TEXTS))
    assert problems_of(posting.blocks, "message") == []
    assert posting.text.startswith(
        ("Weekly digest · Muster &amp; Söhne", "Wochenbericht · Muster &amp; Söhne")
    )


@pytest.mark.parametrize("words", ["&" * 3500, "<" * 900, "word & word " * 400])
def test_an_endless_digest_is_cut_within_the_limits_and_says_so(words: str) -> None:
    row = tuple(Cell(words) for _ in range(3))
    long = (
        Note(words, Tone.WARNING),
        Lines(tuple(Line(words) for _ in range(30))),
        Measures(tuple(Measure(str(n), words, words, words) for n in range(25))),
        Table(tuple(Column(name, words) for name in "abc"), (row,) * 40),
        Quotes(tuple(Quote(words, words) for _ in range(10))),
    )
    digest = replace(build(empty(), "en", TEXTS), title=words, chapters=(Chapter("x", words, long),) * 2)
    posting = slack.render(digest)
    assert problems_of(posting.blocks, "message") == []
    assert sum(map(len, slack_texts(posting.blocks))) <= 12_000
    assert len(posting.text) <= 3000
    assert slack_texts(posting.blocks)[-1] == "There is more: see the full report."


def test_too_many_blocks_are_cut_too() -> None:
    chapters = tuple(Chapter(str(n), "title", (Note("x"),)) for n in range(60))
    posting = slack.render(replace(build(empty(), "en", TEXTS), chapters=chapters))
    assert len(posting.blocks) == 50
    assert slack_texts(posting.blocks)[-1] == "There is more: see the full report."


def test_a_long_narrow_table_is_spread_over_sections_with_a_fence_each() -> None:
    rows = tuple((Cell(f"row {n} <&>" * 3),) for n in range(90))
    chapter = Chapter("x", "title", (Table((Column("a", "A"),), rows),))
    posting = slack.render(replace(build(empty(), "en", TEXTS), chapters=(chapter,)))
    fenced = [text for text in slack_texts(posting.blocks) if "```" in text]
    assert len(fenced) > 1
    assert all(text.startswith("```\n") and text.endswith("\n```") and len(text) <= 3000 for text in fenced)


def test_a_wide_table_becomes_a_list_that_names_its_numbers() -> None:
    texts_said = slack_texts(slack.render(build(busy(), "en", TEXTS)).blocks)
    assert any(
        "• *Umfrage nach dem Kauf* · Invited 192 · Began 81 · Finished 62 · Rate 29%" in t for t in texts_said
    )


# -- terminal


@evil
def test_no_words_command_the_terminal(words: str) -> None:
    text = terminal.render(build(written(words), "en", TEXTS))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


@pytest.mark.parametrize("week", [busy(), empty(), written("漢字" * 70), written("x" * 300)], ids="abcd")
def test_no_line_is_wider_than_a_hundred_columns(week: Figures) -> None:
    for language in ("en", "de"):
        lines = terminal.render(build(week, language, TEXTS)).splitlines()
        assert max(map(shown, lines)) <= 100


def test_the_terminal_shows_columns_under_each_other() -> None:
    text = terminal.render(build(busy(), "de", TEXTS))
    heading = next(line for line in text.splitlines() if line.startswith("Fall "))
    row = next(line for line in text.splitlines() if line.startswith("A-2026-000103"))
    assert row[heading.index("Zuständig") :].startswith("Zoë Öztürk ")
    assert row[heading.index("Stand") :] == "Lösung abgelehnt"


# -- JSON


@evil
def test_json_holds_every_number_and_stays_json(words: str) -> None:
    text = json_.render(build(written(words), "en", TEXTS))
    assert "<" not in text
    found = json.loads(text)
    assert found["schema"] == 1
    nps = found["chapters"]["scores"]["blocks"][0]["measures"]["nps:survey"]
    assert (nps["n"], nps["promoters"], nps["detractors"]) == (62, 19, 15)
    assert nps["low"] < nps["value"] < nps["high"]
    points = found["chapters"]["trend"]["blocks"][0]["points"]
    assert [point["week"] for point in points][-1] == "2026-11-16"
    assert points[4]["nps"] is None


def test_json_of_an_empty_week_says_that_it_is_quiet() -> None:
    found = json.loads(json_.render(build(empty(), "en", TEXTS)))
    assert found["period"]["quiet"]
    assert found["chapters"] == {}


@pytest.mark.parametrize("render", [html.render, terminal.render, json_.render])
def test_the_same_digest_renders_the_same(render: Callable[[Digest], str]) -> None:
    assert render(build(busy(), "de", TEXTS)) == render(build(busy(), "de", TEXTS))


# -- what makes text harmless


def test_a_family_stays_together_and_line_breaks_become_spaces() -> None:
    assert inert("👩‍👩‍👧 a\r\nb\u2028c") == "👩‍👩‍👧 a  b c"


def slack_texts(value: object) -> list[str]:
    """Every text in blocks, in order."""
    if isinstance(value, dict):
        return [
            one
            for key, inner in value.items()
            for one in ([inner] if key == "text" and isinstance(inner, str) else slack_texts(inner))
        ]
    return [one for inner in value for one in slack_texts(inner)] if isinstance(value, list) else []


def mrkdwn(value: object) -> list[dict[str, object]]:
    """Every mrkdwn text object in blocks."""
    if isinstance(value, dict):
        own = [value] if value.get("type") == "mrkdwn" else []
        return own + [one for inner in value.values() for one in mrkdwn(inner)]
    return [one for inner in value for one in mrkdwn(inner)] if isinstance(value, list) else []
