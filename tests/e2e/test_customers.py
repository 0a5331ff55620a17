"""Customers on Telegram: invitations, detractors, reminders, languages, blocked bots."""

from conversations.events import Instant
from handlers.customers.invitations import invite
from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG, begins_to_complain, complains
from tests.stage import Stage

STEPS = (("How likely", "3"), ("main reason", "Delivery"), ("How satisfied", "2"), ("How easy", "4"))
"""What a survey asks before it asks for words, and what a customer answers."""


async def invited(stage: Stage, order: str = "4711", language: str = "") -> str:
    """The secret of a fresh invitation."""
    assert stage.service is not None
    now: Instant = stage.clock.now()
    async with stage.service.store.transaction() as tx:
        fresh = await invite(
            tx,
            stage.service.ids,
            now,
            dialogue="survey",
            order=order,
            touchpoint="delivery",
            language=language,
        )
    return fresh.secret


async def scores(who: Customer, score: str) -> None:
    await who.sees("How likely")
    await who.presses(score)


async def test_an_invitation_opens_its_survey_once(stage: Stage) -> None:
    secret = await invited(stage)
    ben, eve = stage.customer("Ben"), stage.customer("Eve")
    await ben.starts(secret)
    await scores(ben, "10")
    await eve.starts(secret)
    await eve.sees("This link is not valid")
    await eve.starts("x" * 22)
    await eve.sees("This link is not valid")


async def test_the_same_link_pressed_again_leads_back_into_its_survey(stage: Stage) -> None:
    secret = await invited(stage)
    ben = stage.customer("Ben")
    await ben.starts(secret)
    await scores(ben, "10")
    await ben.sees("main reason")
    await ben.starts(secret)
    await ben.sees("main reason")
    assert "not valid" not in ben.transcript
    await stage.holds()


async def test_an_invitation_speaks_the_language_it_was_made_for(stage: Stage) -> None:
    ben = stage.customer("Ben", "en")
    await ben.starts(await invited(stage, language="de"))
    await ben.sees("Wie wahrscheinlich")
    anna = stage.customer("Anna", "en")
    await anna.says("/language en")
    await anna.sees("English it is")
    await anna.starts(await invited(stage, order="4712", language="de"))
    await scores(anna, "9")


async def test_a_detractor_is_offered_a_case_and_decides(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts(await invited(stage))
    await scores(ben, "2")
    await ben.presses("Delivery")
    await ben.sees("satisfied")
    await ben.presses("1")
    await ben.sees("easy")
    await ben.presses("2")
    await ben.sees("like to add")
    await ben.says("It took three weeks.")
    await ben.sees("May we quote")
    await ben.presses("Yes, you may")
    await ben.sees("One last thing")
    await ben.presses("Yes")
    await ben.sees("Shall")
    await ben.presses("Yes, please")
    await ben.sees("show it to us")  # what it is about, what happened and which order are known already
    await stage.holds()


async def test_a_survey_is_reminded_of_once_and_then_ends(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    stage.wait("PT24H")
    await ben.sees("How likely")
    stage.wait("P2D")
    await ben.sees("")
    stage.wait("P3D")
    await stage.quiet()
    await ben.says("9")
    await ben.sees("What can I do for you?")
    await stage.holds()


async def test_a_restart_in_the_middle_changes_nothing(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.says("/complain")
    await ben.presses("Delivery")
    await ben.sees("What happened?")
    await stage.restart()
    await ben.says("It never came.")
    await ben.sees("Which order")
    await stage.holds()


async def test_a_complaint_interrupts_a_survey_which_then_goes_on(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    await complains(ben)
    await ben.sees("How likely")
    await ben.says("9/10")
    await ben.sees("main reason")


async def test_album_is_one_answer(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await begins_to_complain(ben)
    await ben.sends_album([JPEG, JPEG, JPEG], "three of them")
    await ben.presses("Done")
    await ben.presses("Refund")
    await ben.sees("3 files")


async def test_groups_are_left_in_peace(stage: Stage) -> None:
    ben = stage.customer("Ben")
    group = stage.telegram.group(-100, "Family")
    await ben.says("hello everybody", into=group)
    await ben.says("@anliegen_bot hello", into=group)
    await group.sees("")
    assert len([message for message in group.messages if message.from_bot]) == 1


async def test_an_answer_in_words_takes_the_keyboard_away_once(stage: Stage) -> None:
    """Telegram refuses to take away what is gone, and Slack would show "edited" a second time."""
    ben = stage.customer("Ben")
    await ben.starts()
    for seen, press in STEPS:
        await ben.sees(seen)
        await ben.presses(press)
    await ben.sees("like to add")
    await ben.says("It came too late")
    await ben.sees("quote")
    await stage.quiet()
    marks = [call for call in stage.telegram.calls if call.method.startswith("editMessage")]
    assert [call.error for call in marks] == [0] * len(marks)
    assert [call.method for call in marks] == ["editMessageText"] * len(STEPS) + ["editMessageReplyMarkup"]

    maria = stage.maria
    await maria.says_to_bot("/start")
    for seen, press in (("What can I do", "Answer a short survey"), *STEPS):
        await maria.sees(seen)
        await maria.presses(press, maria.dm)
    await maria.sees("like to add")
    await maria.says_to_bot("It came too late")
    await maria.sees("quote")
    await stage.quiet()
    changed = [call.arguments["ts"] for call in stage.slack.called("chat.update")]
    assert len(changed) == len({*changed}) == len(STEPS) + 2
