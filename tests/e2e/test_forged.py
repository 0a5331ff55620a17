"""What a script could send on behalf of staff: values that no form offers, decisions that are the customer's."""

import json

from sandbox.slack import interactions
from sandbox.slack.views import View
from storage.interface.messages import CaseMessage
from tests.e2e.chats import card_of, complains
from tests.stage import Stage


async def submits(stage: Stage, form: str, case: int, **values: str) -> None:
    """A signed form of Maria's that Slack's own client would not send."""
    person, workspace = stage.maria.person, stage.slack.workspace
    about = json.dumps({"case": case, "chat": stage.delivery.id})
    body = {"type": "modal", "callback_id": form, "private_metadata": about}
    view = View("V0FORGED", person.id, person.team, workspace.app_id, "B0", body, [])
    payload = interactions.submitted(workspace, person, view)
    payload["view"]["state"] = {
        "values": {
            name: {"a": {"type": "plain_text_input", "value": value}} for name, value in values.items()
        }
    }
    await stage.slack.office.interact(payload)


async def messages(stage: Stage, case: int) -> list[CaseMessage]:
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        (found,) = [one for one in await tx.cases.still_open() if one.id == case]
        return await tx.messages.of(found.id)


async def test_only_what_a_form_offers_can_be_chosen(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await stage.maria.presses("Annehmen", in_=card)
    await ben.sees("has taken on")
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        (before,) = await tx.cases.still_open()
    await submits(stage, "assess", before.id, severity="apocalyptic", category="delivery")
    await stage.maria.sees("none of the form's choices")
    await submits(stage, "assess", before.id, severity="high", category="'; DROP TABLE case_")
    await submits(stage, "hand_over", before.id, to="mallory", text="take it")
    await submits(stage, "agree", before.id, text="fine")
    await submits(stage, "__init__", before.id, text="fine")
    await submits(stage, "reply", before.id, text="x" * 50_000)
    await ben.sees("xxx")
    await stage.quiet()
    async with stage.service.store.reading() as tx:
        (after,) = await tx.cases.still_open()
    assert (after.severity, after.category, after.owner) == (before.severity, before.category, before.owner)
    assert max(len(message.text) for message in await messages(stage, after.id)) == 3_000
    await stage.holds()


async def test_a_staff_command_makes_no_conversation_of_its_channel(stage: Stage) -> None:
    await stage.maria.commands("/anliegen", "help", channel=stage.delivery)
    await stage.maria.sees("What I can do here")
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        counts = await tx.figures.counts()
    assert (counts["conversations"], counts["persons"]) == (0, 0)


async def test_a_customer_who_tries_a_staff_command_gets_a_friendly_answer(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/anliegen open")
    await ben.sees("I do not know this command")


async def test_a_human_called_while_a_solution_is_proposed_comes_without_a_date(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await card_of(stage, await complains(ben))
    await stage.deniz.presses("Annehmen", in_=card)
    await ben.sees("has taken on")
    await stage.quiet()  # until the card shows it too
    await stage.deniz.presses("Lösung vorschlagen", in_=card)
    await stage.deniz.sees_modal("Lösung")
    await stage.deniz.submits({"text": "Ten percent off."})
    await ben.sees("Ten percent off.")
    await ben.says("/human")
    await ben.sees("I have called Deniz")
    assert "1970" not in ben.transcript
