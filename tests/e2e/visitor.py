"""A visitor of the demo's page: what they do with the phone and in Slack, in headless Chromium."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import ConsoleMessage, Locator, Page, Request, async_playwright, expect

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE: Final = 20_000  # milliseconds


class Visitor:
    """One open page. `complaints` are the errors of its console; foreign requests count as such."""

    def __init__(self, page: Page, url: str) -> None:
        self.url = url
        self.page = page
        self.phone = page.locator("#phone")
        self.slack = page.locator("#workspace")
        self.form = self.slack.get_by_role("dialog")
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self.complaints.append(f"asked for {request.url}")

    # the phone

    async def taps(self, label: str) -> None:
        """Press the newest button on the phone with this label."""
        await self.phone.get_by_role("button", name=label, exact=True).last.click()

    async def writes(self, text: str) -> None:
        field = self.phone.locator(".writer textarea")
        await field.fill(text)
        await field.press("Enter")

    async def reads(self, words: str) -> None:
        """Wait for words of the bot."""
        await expect(self.phone.locator(".said:not(.own)").filter(has_text=words).last).to_be_visible()

    async def sends_sample_photo(self) -> None:
        await self.phone.locator(".attach").click()
        await self.phone.get_by_role("menuitem").first.click()

    async def sends_files(self, *files: Path) -> None:
        """Files of one's own, chosen together; several pictures are an album."""
        await self.phone.locator("input[type=file]").set_input_files(files)

    async def becomes_customer(self, name: str) -> None:
        await self.phone.locator(".people").get_by_role("button", name=name).click()

    # Slack

    async def becomes(self, name: str) -> None:
        """Act as another member."""
        await self.slack.locator(".member").click()
        await self.slack.get_by_role("menuitem", name=name).click()

    async def opens(self, channel: str) -> None:
        await self.slack.locator(".place", has_text=channel).click()

    def card(self, words: str) -> Locator:
        """The newest message of the channel that shows these words."""
        return self.slack.locator(".channel .message").filter(has_text=words).last

    async def presses(self, card: Locator, label: str) -> None:
        await card.get_by_role("button", name=label, exact=True).click()

    async def fills_in(self, words: str, submit: str) -> None:
        """Answer the one question of the open form."""
        await self.form.get_by_role("textbox").fill(words)
        await self.form.get_by_role("button", name=submit).click()
        await expect(self.form).to_have_count(0)

    async def says(self, text: str) -> None:
        field = self.slack.locator(".channel .writer textarea")
        await field.fill(text)
        await field.press("Enter")

    # the whole page

    async def number(self) -> str:
        """The case number that the customer was told last."""
        told = await self.phone.locator(".chat").inner_text()
        return str(re.findall(r"A-\d{4}-\d{6}", told)[-1])

    async def looks(self, file: Path, what: Locator | None = None) -> None:
        """Take a picture of the page, or of a part of it."""
        await self.page.wait_for_timeout(400)  # what is being drawn comes to rest
        await (what or self.page).screenshot(path=file)


@asynccontextmanager
async def running_demo(folder: Path, here: Path | None = None) -> AsyncIterator[str]:
    """The real demo, started as a newcomer starts it, in a folder; the first address it prints. It must end well."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.cli", "demo", "--no-browser", "--folder", str(folder)),
        env=environ,
        cwd=here,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not (address := re.search(r"http://\S+", "".join(lines))):
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            assert line, "".join(lines)
            lines.append(line.decode())
        yield address.group()
    finally:  # it takes its service along, also where a test has failed
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        rest, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, rest


@asynccontextmanager
async def visiting(
    url: str, chromium: Path, language: str, *, width: int = 1280, height: int = 800, theme: str = "light"
) -> AsyncIterator[Visitor]:
    """Open the page in a browser that speaks this language; requests to anywhere else are refused and remembered."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = await browser.new_context(
            locale=language,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
        )
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        visitor = Visitor(page, url)
        await page.goto(url)
        try:
            yield visitor
        finally:
            await browser.close()
