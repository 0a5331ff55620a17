"""A channel is archived in the demo's page: its people are told directly, and it goes on when it is back."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.visitor import Visitor, running_demo, visiting

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(180)]


async def changes_channel(visitor: Visitor, what: str) -> None:
    await visitor.slack.get_by_role("button", name="Diesen Kanal ändern").click()
    await visitor.slack.get_by_role("menuitem", name=what).click()


async def test_a_card_for_an_archived_channel_comes_directly_and_appears_there_later(
    tmp_path: Path, chromium: Path
) -> None:
    async with running_demo(tmp_path) as demo, visiting(demo, chromium, "de") as visitor:
        await visitor.becomes("Deniz Kaya")
        await visitor.opens("lieferung")
        await changes_channel(visitor, "Archivieren")
        await expect(visitor.slack.locator(".channel .writer")).to_be_hidden()

        await visitor.becomes_customer("Anna")
        await visitor.taps("Starten")
        await visitor.reads("Möbel Nord")
        await visitor.writes("Beschwerde")
        await visitor.taps("Lieferung")
        await visitor.reads("Was ist passiert")
        await visitor.writes("Der Tisch ist zerkratzt.")
        await visitor.reads("Welche")
        await visitor.writes("MN-10471")
        await visitor.reads("zeigen")
        await visitor.sends_sample_photo()
        await visitor.taps("Fertig")
        await visitor.taps("Ersatz")
        await visitor.reads("Stimmt alles")
        await visitor.taps("Stimmt, abschicken")
        await visitor.reads("Deine Nummer ist")
        number = await visitor.number()

        await visitor.opens("Anliegen")
        await visitor.slack.get_by_role("tab").last.click()
        direct = visitor.card(number)
        await expect(direct).to_contain_text("#lieferung nimmt gerade keine Beiträge an")
        await expect(direct.get_by_role("img").last).to_be_visible()
        await visitor.presses(direct, "Annehmen")
        await visitor.reads("übernommen")
        await expect(direct.get_by_role("button", name="Annehmen")).to_have_count(0)

        await visitor.opens("service")
        await expect(visitor.card("#lieferung takes no posts")).to_contain_text("1 card waits")
        await visitor.opens("lieferung")
        await expect(visitor.card(number)).to_have_count(0)
        await changes_channel(visitor, "Aus dem Archiv holen")
        await expect(visitor.card(number)).to_be_visible()
        await expect(visitor.card(number).get_by_role("button", name="Annehmen")).to_have_count(0)
        assert visitor.complaints == []
