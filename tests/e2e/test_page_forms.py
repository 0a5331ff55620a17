"""Every kind of field in a form on the demo's page: filled in by hand, kept as the local Slack keeps it."""

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.channels.slack.outbound.views import modal
from conversations.effects import Form
from conversations.forms import (
    DateField,
    FileField,
    NumberField,
    OneOfField,
    PersonField,
    SeveralOfField,
    TextField,
)
from conversations.subject import about_case
from sandbox.server import About, start
from tests.e2e.visitor import visiting

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(90)]

FORM = Form(
    "refund",
    about_case(41),
    "Refund",
    (
        TextField("words", "Words", "One line.", lines=False),
        TextField("more", "More words", optional=True),
        NumberField("amount", "Amount", 1, 500, decimals=True),
        DateField("by", "Paid by", date(2026, 12, 1), date(2026, 12, 31)),
        OneOfField("way", "Way", (("card", "Card"), ("transfer", "Transfer")), initial="card"),
        SeveralOfField("parts", "Parts", (("lamp", "The lamp"), ("chair", "The chair"), ("rug", "The rug"))),
        PersonField("signs", "Signed by", (("ben", "Ben"), ("otto", "Otto"))),
        FileField("proof", "Receipt", most=2),
    ),
    "Send",
    "Cancel",
)


async def test_every_kind_of_field_can_be_filled_in_on_the_page(chromium: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.4 receipt")
    sandbox = await start(clock_file=tmp_path / "clock.json", about=About("Trial", "Team"))
    try:
        eva = sandbox.slack.member("U0EVA", "eva", "Eva Muster")
        sandbox.slack.workspace.views.open(eva.id, modal(FORM, "C1"))
        async with visiting(sandbox.url, chromium, "en") as visitor:
            form = visitor.form
            await expect(form).to_be_visible()
            await form.get_by_label("Words", exact=True).fill("As agreed")
            await form.get_by_label("Amount").fill("501")
            await form.get_by_label("Paid by").fill("2026-12-24")
            await form.get_by_label("Parts").select_option(["lamp", "rug"])
            await form.get_by_label("Signed by").select_option("ben")
            await form.get_by_label("Receipt").set_input_files(receipt)
            await form.get_by_role("button", name="Send").click()
            assert not await form.get_by_label("Amount").evaluate("field => field.checkValidity()")
            await form.get_by_label("Amount").fill("12.5")
            await form.get_by_role("button", name="Send").click()
            await expect(form.get_by_text("trouble")).to_be_visible()  # nobody is there to take it
            await visitor.looks(tmp_path / "form.png")
            visitor.complaints.clear()  # the browser names the answer 409 as well
        shown = sandbox.slack.workspace.views.top(eva.id)
        assert shown is not None
        values = {name: entry["value"] for name, entry in shown.values.items()}
    finally:
        await sandbox.close()
    (file,) = values.pop("proof")["files"]
    assert (file["name"], file["size"]) == ("receipt.pdf", 16)
    assert values["words"]["value"] == "As agreed"
    assert values["amount"]["value"] == "12.5"
    assert values["by"]["selected_date"] == "2026-12-24"
    assert values["way"]["selected_option"]["value"] == "card"
    assert [one["value"] for one in values["parts"]["selected_options"]] == ["lamp", "rug"]
    assert values["signs"]["selected_option"]["value"] == "ben"
