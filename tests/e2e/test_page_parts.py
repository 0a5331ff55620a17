"""The page by itself, over a bare sandbox: hostile texts, both languages, colours, narrow screens, the keyboard."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.server import About, Link, Sandbox, start
from tests.e2e.visitor import visiting

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(90)]

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOSTILE = "<img src=x onerror=window.hit=1><script>window.hit=2</script>"


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    about = About("Trial", "Team", ({"en": "Try it"},), links=(Link(1, "secret", {"en": "Receipt"}),))
    sandbox = await start(clock_file=tmp_path / "clock.json", about=about)
    sandbox.telegram.customer(1, "Anna", "en")
    sandbox.slack.member("U0EVA", "eva", HOSTILE)
    sandbox.slack.channel("desk")
    yield sandbox
    await sandbox.close()


async def test_whatever_the_bot_sends_runs_nothing_and_loads_nothing_from_outside(
    sandbox: Sandbox, chromium: Path
) -> None:
    world, workspace = sandbox.telegram.world, sandbox.slack.workspace
    chat = sandbox.telegram.customers[1].chat
    chat.started = True
    link = {"type": "text_link", "offset": 0, "length": 4, "url": "javascript:window.hit=3"}
    markup = {"inline_keyboard": [[{"text": HOSTILE, "callback_data": "x"}]]}
    world.write(chat, world.bot, {"text": f"here {HOSTILE}", "entities": [link], "reply_markup": markup})
    desk = workspace.channels[sandbox.slack.channel("desk").id]
    section = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": f"<javascript:window.hit=4|go> *{HOSTILE}*"},
    }
    picture = {"type": "image", "image_url": "http://evil.example/pixel.png", "alt_text": "pixel"}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "link", "url": "javascript:window.hit=5", "text": HOSTILE}],
            }
        ],
    }
    workspace.post(desk, workspace.bot, "hidden", blocks=[section, picture, rich])
    workspace.post(
        desk, workspace.bot, HOSTILE, attachments=[{"color": "red;x:url(//evil)", "text": HOSTILE}]
    )

    async with visiting(sandbox.url, chromium, "en") as visitor:
        await visitor.reads("<script>window.hit=2</script>")
        await expect(visitor.slack.locator(".channel .message")).to_have_count(2)
        await expect(visitor.card("hidden")).to_have_count(0)
        assert await visitor.page.locator("a[href^='javascript']").count() == 0
        assert await visitor.page.locator("img[src='x'], .message script").count() == 0
        assert await visitor.page.evaluate("window.hit") is None
        assert visitor.complaints == []


async def test_the_page_speaks_both_languages_and_remembers_the_choice(
    sandbox: Sandbox, chromium: Path
) -> None:
    async with visiting(sandbox.url, chromium, "de") as visitor:
        await expect(visitor.phone.get_by_role("button", name="Starten")).to_be_visible()
        await visitor.page.get_by_role("button", name="EN", exact=True).click()
        await expect(visitor.phone.get_by_role("button", name="Start", exact=True)).to_be_visible()
        await visitor.page.reload()
        await expect(visitor.phone.get_by_role("button", name="Start", exact=True)).to_be_visible()
        assert await visitor.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_follows_the_colours_of_the_system(sandbox: Sandbox, chromium: Path, theme: str) -> None:
    async with visiting(sandbox.url, chromium, "en", theme=theme) as visitor:
        await expect(visitor.page.locator("html")).to_have_attribute("data-theme", theme)


async def test_on_a_phone_both_halves_fit_one_at_a_time(sandbox: Sandbox, chromium: Path) -> None:
    async with visiting(sandbox.url, chromium, "en", width=390, height=844) as visitor:
        await expect(visitor.phone).to_be_visible()
        await expect(visitor.slack).to_be_hidden()
        await visitor.page.get_by_role("button", name="Staff", exact=True).click()
        await expect(visitor.slack).to_be_visible()
        await expect(visitor.phone).to_be_hidden()
        assert await visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_the_keyboard_is_enough(sandbox: Sandbox, chromium: Path) -> None:
    async with visiting(sandbox.url, chromium, "en") as visitor:
        keyboard, focused = visitor.page.keyboard, visitor.page.locator(":focus")
        await expect(visitor.phone.get_by_role("button", name="Start", exact=True)).to_be_visible()
        for _ in range(30):
            await keyboard.press("Tab")
            if await focused.inner_text() == "I have an invitation link":
                break
        await keyboard.press("Enter")
        await expect(visitor.phone.get_by_role("textbox", name="Invitation link")).to_be_focused()
        await keyboard.type("https://t.me/trial_bot?start=secret")
        await keyboard.press("Enter")
        await expect(visitor.phone.locator(".own")).to_contain_text("/start")
        await expect(visitor.phone.locator(".own")).not_to_contain_text("secret")
        assert sandbox.telegram.snapshot()["chats"][0]["messages"][0]["text"] == "/start secret"

        await visitor.phone.locator(".attach").focus()
        await keyboard.press("Enter")
        await keyboard.press("ArrowDown")
        await expect(visitor.phone.get_by_role("menuitem", name="Photo or file")).to_be_focused()
        await keyboard.press("Escape")
        await expect(visitor.phone.locator(".attach")).to_be_focused()


async def test_an_edit_is_made_where_the_message_was_written(sandbox: Sandbox, chromium: Path) -> None:
    anna = sandbox.telegram.customers[1]
    await anna.says("order 4711")
    async with visiting(sandbox.url, chromium, "en") as visitor:
        await visitor.phone.locator(".own").hover()
        await visitor.phone.get_by_role("button", name="Edit").click()
        await visitor.writes("order 4712")
        await expect(visitor.phone.locator(".own")).to_contain_text("edited")
    assert [message.text for message in anna.messages] == ["order 4712"]


async def test_a_reply_bears_the_message_it_answers(sandbox: Sandbox, chromium: Path) -> None:
    anna = sandbox.telegram.customers[1]
    anna.chat.started = True
    world = sandbox.telegram.world
    world.write(anna.chat, world.bot, {"text": "How many legs does it have?"})
    world.write(anna.chat, world.bot, {"text": "And how satisfied are you?"})
    async with visiting(sandbox.url, chromium, "en") as visitor:
        question = visitor.phone.locator(".said:not(.own)").filter(has_text="How many legs")
        await question.get_by_role("button", name="Reply to this message").focus()
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.phone.locator(".edit-bar")).to_contain_text("How many legs does it have?")
        await expect(visitor.phone.get_by_role("textbox", name="Message")).to_be_focused()
        await visitor.page.keyboard.type("Two")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.phone.locator(".own .quoted")).to_have_text("How many legs does it have?")
        await expect(visitor.phone.locator(".edit-bar")).to_be_empty()

        await question.hover()
        await question.get_by_role("button", name="Reply to this message").click()
        await expect(visitor.phone.locator(".edit-bar")).to_contain_text("How many legs does it have?")
        await expect(visitor.phone.get_by_role("textbox", name="Message")).to_be_focused()
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.phone.locator(".edit-bar")).to_be_empty()
        await visitor.writes("Three, sorry")
        await expect(visitor.phone.locator(".own")).to_have_count(2)
        assert visitor.complaints == []
    replies = [message.raw.get("reply_to_message", {}).get("text") for message in anna.messages[2:]]
    assert replies == ["How many legs does it have?", None]


async def test_whoever_blocked_the_bot_can_come_back(sandbox: Sandbox, chromium: Path) -> None:
    anna = sandbox.telegram.customers[1]
    await anna.starts()
    await anna.blocks()
    async with visiting(sandbox.url, chromium, "en") as visitor:
        await visitor.taps("Unblock and restart")
        await expect(visitor.phone.locator(".own")).to_have_count(2)
    assert not anna.chat.blocked


async def test_a_stopped_sandbox_is_said(sandbox: Sandbox, chromium: Path) -> None:
    async with visiting(sandbox.url, chromium, "en") as visitor:
        await expect(visitor.phone.get_by_role("button", name="Start", exact=True)).to_be_visible()
        await sandbox.close()
        await expect(visitor.page.get_by_text("The sandbox has stopped")).to_be_visible()


async def test_pictures_chosen_together_are_an_album_and_other_files_go_one_by_one(
    sandbox: Sandbox, chromium: Path, tmp_path: Path
) -> None:
    pictures = [tmp_path / f"{name}.png" for name in ("one", "two", "three")]
    for picture in pictures:
        picture.write_bytes(base64.b64decode(PIXEL))
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7")
    chat = sandbox.telegram.customers[1].chat
    chat.started = True
    async with visiting(sandbox.url, chromium, "en") as visitor:
        await visitor.phone.locator(".writer textarea").fill("The scratch")
        await visitor.sends_files(*pictures)
        await expect(
            visitor.phone.locator(".own").filter(has_text="The scratch").locator("img")
        ).to_have_count(3)
        await visitor.sends_files(letter, pictures[0])
        await expect(visitor.phone.locator(".own")).to_have_count(3)
    albums = [message.get("media_group_id") for message in chat.messages.values()]
    assert len(set(albums[:3])) == 1
    assert None not in albums[:3]
    assert albums[3:] == [None, None]
