"""Makes the pictures of the README: the demo is played in headless Chromium. Run: ./run pictures"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import expect

from tests.e2e.visitor import Visitor, running_demo, visiting
from tests.missing import PROGRAMS, remedy

FOLDER: Final = Path(__file__).parent / "pictures"
WIDTH, HEIGHT = 1600, 1000


async def main() -> None:
    chromium = PROGRAMS["chromium"].find()
    if chromium is None:
        sys.exit("; ".join(["Chromium is missing", *remedy(["chromium"])]))
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_demo(Path(folder)) as url,
            visiting(url, chromium, "en", width=WIDTH, height=HEIGHT) as visitor,
        ):
            await survey(visitor)
            await complaint(visitor)
            await digest(visitor)
    for picture in sorted(FOLDER.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size // 1000} kB")


async def survey(visitor: Visitor) -> None:
    """Anna answers in German, from her invitation."""
    await visitor.becomes_customer("Anna")
    await visitor.phone.locator(".begin .link").click()
    await visitor.phone.locator(".ready").click()
    await visitor.reads("weiterempfiehlst")
    await visitor.taps("9")
    await visitor.taps("Service und Beratung")
    await visitor.reads("Wie zufrieden")
    await visitor.looks(FOLDER / "survey.png", visitor.phone.locator(".device"))


async def complaint(visitor: Visitor) -> None:
    """Ben complains with a photo; Maria accepts, answers and proposes a solution."""
    await visitor.becomes_customer("Ben")
    await visitor.taps("Start")
    await visitor.writes("complaint")
    await visitor.taps("Product")
    await visitor.reads("What happened")
    await visitor.writes("The table arrived with a deep scratch across the top, and one leg is broken off.")
    await visitor.reads("Which order")
    await visitor.writes("MN-10472")
    await visitor.reads("show it to us")
    await visitor.sends_sample_photo()
    await visitor.taps("Done")
    await visitor.taps("Replacement")
    await visitor.reads("Is everything right")
    await visitor.taps("Right, send it")
    await visitor.reads("Your number is")
    await visitor.becomes("Maria Berg")
    await visitor.opens("service")
    card = visitor.card(await visitor.number())
    await visitor.presses(card, "Accept")
    await visitor.reads("has taken on")
    await visitor.presses(card, "Reply")
    await visitor.fills_in("I am sorry about that, Ben. I am asking our workshop right away.", "Send")
    await visitor.reads("workshop")
    await visitor.looks(FOLDER / "card.png", card)
    await visitor.presses(card, "Propose solution")
    await visitor.fills_in("We bring you a new table on Friday morning and take this one with us.", "Send")
    await visitor.reads("Friday morning")
    await card.locator(".replies").click()
    await expect(visitor.slack.locator(".thread")).to_contain_text("Friday morning")
    await visitor.looks(FOLDER / "demo.png")


async def digest(visitor: Visitor) -> None:
    """Ruth reads last week's digest as it was posted."""
    await visitor.becomes("Ruth Sommer")
    await visitor.opens("leitung")
    await visitor.page.set_viewport_size({"width": 1100, "height": 1240})
    await visitor.slack.locator(".channel .replies").first.click()
    await visitor.slack.locator(".thread").get_by_role("button", name="Open here").click()
    await visitor.page.frame_locator(".viewer iframe").get_by_text("Scores").first.wait_for()
    await visitor.looks(FOLDER / "digest.png", visitor.page.locator(".viewer iframe"))


if __name__ == "__main__":
    asyncio.run(main())
