"""The main job, told as chats: a customer on Telegram, staff in Slack, the real service in between."""

from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG, press
from tests.stage import Stage


async def test_from_the_first_message_to_an_accepted_solution_and_the_digest(stage: Stage) -> None:
    anna = stage.customer("Anna", "de")
    await file_complaint(anna)

    card = await stage.delivery.sees("Lieferung")
    assert "Der Tisch kam mit einem Kratzer." in card.words
    assert "4711" in card.words
    assert "Annehmen" in card.labels
    number = card.words.split(" · ")[0].split()[-1]
    assert number.startswith("A-2026-")

    await press(stage.deniz, "Annehmen", card)
    await anna.sees(f"Deniz hat deinen Fall {number} übernommen")

    await press(stage.deniz, "Antworten", card)
    await stage.deniz.sees_modal("Antworten")
    await stage.deniz.submits({"text": "Guten Tag, das tut mir leid! <b>Wir</b> kümmern uns."})
    await anna.sees("Guten Tag, das tut mir leid! <b>Wir</b> kümmern uns.")
    await stage.delivery.sees("zugestellt", thread=card)

    await anna.says("Danke, aber bitte schnell.")
    await anna.sees(f"Das habe ich zu deinem Fall {number} gelegt")
    await stage.delivery.sees("Danke, aber bitte schnell.", thread=card)

    await press(stage.deniz, "Lösung vorschlagen", card)
    await stage.deniz.sees_modal("Lösung")
    await stage.deniz.submits({"text": "Wir tauschen die Tischplatte am Freitag aus."})
    await anna.sees("Wir tauschen die Tischplatte am Freitag aus.")
    await anna.presses("Ja, ich nehme an")
    await anna.sees("dass du die Lösung annimmst")
    await stage.delivery.sees("nimmt die Lösung an", thread=card)
    await anna.sees("zufrieden")
    await anna.presses("5")
    await anna.sees("leicht")
    await anna.presses("7")

    await stage.ruth.commands("/anliegen", "digest", channel=stage.board)
    posted = await stage.board.sees("Möbel Nord", timeout=30)
    assert "CSAT" in posted.words
    await stage.holds()


async def file_complaint(anna: Customer) -> None:
    """A complaint in German with a photo, up to the number."""
    await anna.says("Ich möchte mich beschweren")
    await anna.sees("Worum geht es?")
    await anna.presses("Lieferung")
    await anna.sees("Was ist passiert?")
    await anna.says("Der Tisch kam mit einem Kratzer.")
    await anna.sees("welche Bestellung")
    await anna.says("4711")
    await anna.sees("zeigen")
    await anna.sends_photo(JPEG, caption="Hier sieht man es")
    await anna.presses("Fertig")
    await anna.sees("wiedergutmachen")
    await anna.presses("Ersatz")
    await anna.sees("Stimmt alles so?")
    await anna.presses("Stimmt, abschicken")
    await anna.sees("Deine Nummer ist A-2026-000001")
