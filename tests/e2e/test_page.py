"""The main job through the demo's page, as somebody sees it who tries Anliegen for the first time."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.visitor import running_demo, visiting

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(180)]

XSS = """<img src=x onerror="window.hit=1"><script>window.hit=2</script>"><svg/onload=window.hit=3>
javascript:window.hit=4 [link](javascript:window.hit=5) <@U0DENIZKAYA> <!channel> &lt;b&gt; {{7*7}} *bold* `code`"""


@dataclass(frozen=True, slots=True)
class Words:
    """The story in one language."""

    language: str
    customer: str
    start: str
    wish: str
    topic: str
    what: str
    order: str
    evidence: str
    done: str
    remedy: str
    summary: str
    send: str
    received: str
    staff: str
    channel: str
    accept: str
    accepted: str
    reply: str
    submit: str
    answer: str
    propose: str
    solution: str
    agree: str
    agreed: str
    open_here: str


GERMAN = Words(
    language="de",
    customer="Anna",
    start="Starten",
    wish="Beschwerde",
    topic="Lieferung",
    what="Was ist passiert",
    order="Welche",
    evidence="zeigen",
    done="Fertig",
    remedy="Ersatz",
    summary="Stimmt alles",
    send="Stimmt, abschicken",
    received="Deine Nummer ist",
    staff="Deniz Kaya",
    channel="lieferung",
    accept="Annehmen",
    accepted="übernommen",
    reply="Antworten",
    submit="Senden",
    answer="Das tut mir leid, ich frage gleich im Lager nach.",
    propose="Lösung vorschlagen",
    solution="Wir bringen am Freitag einen neuen Tisch und nehmen den alten mit.",
    agree="Ja, ich nehme an",
    agreed="Lösung annimmst",
    open_here="Hier öffnen",
)

ENGLISH = Words(
    language="en",
    customer="Ben",
    start="Start",
    wish="complaint",
    topic="Product",
    what="What happened",
    order="Which order",
    evidence="show it to us",
    done="Done",
    remedy="Replacement",
    summary="Is everything right",
    send="Right, send it",
    received="Your number is",
    staff="Maria Berg",
    channel="service",
    accept="Accept",
    accepted="has taken on",
    reply="Reply",
    submit="Send",
    answer="I am sorry about that, I am asking our workshop at once.",
    propose="Propose solution",
    solution="We bring a new table on Friday and take the old one away.",
    agree="Yes, I accept",
    agreed="you accept the solution",
    open_here="Open here",
)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    async with running_demo(tmp_path) as url:
        yield url
    log = (tmp_path / "serve.log").read_text()
    assert "Traceback" not in log, log


@pytest.mark.parametrize("words", [GERMAN, ENGLISH], ids=lambda words: words.language)
async def test_from_the_first_message_to_the_accepted_solution_and_the_digest(
    demo: str, chromium: Path, words: Words
) -> None:
    async with visiting(demo, chromium, words.language) as visitor:
        await visitor.becomes_customer(words.customer)
        await visitor.taps(words.start)
        await visitor.reads("Möbel Nord")

        await visitor.writes(words.wish)
        await visitor.taps(words.topic)
        await visitor.reads(words.what)
        await visitor.writes(XSS)
        await visitor.reads(words.order)
        await visitor.writes("MN-10471")
        await visitor.reads(words.evidence)
        await visitor.sends_sample_photo()
        await visitor.taps(words.done)
        await visitor.taps(words.remedy)
        await visitor.reads(words.summary)
        await visitor.taps(words.send)
        await visitor.reads(words.received)
        number = await visitor.number()

        await visitor.becomes(words.staff)
        await visitor.opens(words.channel)
        card = visitor.card(number)
        await expect(card.get_by_role("img").last).to_be_visible()
        await expect(card).to_contain_text("<script>window.hit=2</script>")
        await visitor.presses(card, words.accept)
        await visitor.reads(words.accepted)
        await visitor.presses(card, words.reply)
        await visitor.fills_in(words.answer, words.submit)
        await visitor.reads(words.answer)
        await visitor.presses(card, words.propose)
        await visitor.fills_in(words.solution, words.submit)
        await visitor.reads(words.solution)

        await visitor.taps(words.agree)
        await visitor.reads(words.agreed)
        await card.locator(".replies").click()
        await expect(visitor.slack.locator(".thread")).to_contain_text(words.solution)

        await visitor.becomes("Ruth Sommer")
        await visitor.opens("leitung")
        digests = visitor.slack.locator(".channel .message").filter(has_text="NPS")
        await expect(digests).to_have_count(1)  # last week's, posted by the clock
        await visitor.says("/anliegen digest")
        await expect(digests).to_have_count(2)
        await expect(digests.last.get_by_role("img", name=re.compile("digest.*png"))).to_be_visible()

        assert await visitor.page.evaluate("window.hit") is None
        assert await visitor.page.locator('img[src="x"]').count() == 0
        assert visitor.complaints == []
