"""Slack's other sides: dialogues in direct messages, commands, App Home, Socket Mode, the weekly digest."""

from pathlib import Path

from tests.e2e.chats import JPEG, card_of, complains
from tests.stage import Stage, open_stage


async def test_an_employee_answers_a_survey_in_a_direct_message(stage: Stage) -> None:
    eve = stage.slack.member("U0EVE000001", "eve", real_name="Eve Stone", locale="en-US")
    await eve.says_to_bot("Hello")
    await eve.sees("What can I do for you?")
    await eve.presses("Answer a short survey", in_=eve.dm)
    await eve.sees("How likely")
    await eve.presses("9", in_=eve.dm)
    await eve.sees("main reason")
    await eve.sees("9 of 10")  # the keyboard is gone, the choice stays
    await stage.holds()


async def test_a_supplier_complains_in_slack_with_a_file(stage: Stage) -> None:
    eve = stage.slack.member("U0EVE000001", "eve", real_name="Eve Stone")
    await eve.says_to_bot("I want to complain")
    await eve.sees("What is it about?")
    await eve.presses("Delivery", in_=eve.dm)
    await eve.sees("What happened?")
    await eve.says_to_bot("Your gate was closed.")
    await eve.sees("Which order")
    await eve.says_to_bot("4711")
    await eve.sees("show it to us")
    await eve.says(eve.dm, "the gate", files=[("gate.jpg", JPEG)])
    await eve.sees("Done")
    await eve.presses("Done", in_=eve.dm)
    await eve.sees("put it right")
    await eve.presses("An apology", in_=eve.dm)
    await eve.sees("Is everything right?")
    await eve.presses("Right, send it", in_=eve.dm)
    await eve.sees("Your number is")
    card = await stage.delivery.sees("Your gate was closed.")
    assert "4711" in card.words


async def test_commands_list_and_show_cases(stage: Stage) -> None:
    number = await complains(stage.customer("Ben"))
    await card_of(stage, number)
    await stage.deniz.commands("/anliegen", "mine", channel=stage.desk)
    await stage.deniz.sees(number)
    await stage.maria.commands("/anliegen", "open", channel=stage.desk)
    await stage.maria.sees(number)
    await stage.maria.commands("/anliegen", "", channel=stage.desk)
    await stage.maria.sees("/anliegen mine")
    await stage.maria.commands("/anliegen", f"case {number.lower()}", channel=stage.desk)
    await stage.maria.sees("The parcel never came.")
    eve = stage.slack.member("U0EVE000001", "eve")
    stage.slack.invite(stage.desk, eve)
    await eve.commands("/anliegen", "open", channel=stage.desk)
    await eve.sees("Only the staff")


async def test_app_home_shows_my_cases_by_due_time(stage: Stage) -> None:
    number = await complains(stage.customer("Ben"))
    await stage.deniz.opens_home()
    await stage.deniz.sees_home(number)
    await stage.maria.opens_home()
    await stage.maria.sees_home("No open cases")
    await stage.ruth.opens_home()  # a manager sees everybody's
    await stage.ruth.sees_home(number)


async def test_the_weekly_digest_is_posted_once_on_its_day(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await ben.starts()
    await ben.sees("How likely")
    await ben.presses("9")
    await ben.sees("main reason")
    await ben.says("/cancel")
    await ben.sees("we stop here")
    stage.wait("P6D")  # next Monday, 11:00: the digest was due at 8
    posted = await stage.board.sees("Möbel Nord", timeout=30)
    assert "NPS" in posted.words
    stage.wait("PT1H")
    await stage.quiet()
    assert len([one for one in stage.board.messages if "Möbel Nord" in one.words and not one.thread_ts]) == 1
    await stage.holds()


async def test_a_case_goes_its_way_over_socket_mode(tmp_path: Path) -> None:
    async with open_stage(tmp_path, slack_mode="socket") as stage:
        ben = stage.customer("Ben")
        card = await card_of(stage, await complains(ben))
        await stage.deniz.presses("Annehmen", in_=card)
        await ben.sees("has taken on your case")


async def test_a_survey_over_a_webhook(tmp_path: Path) -> None:
    async with open_stage(tmp_path, telegram_mode="webhook") as stage:
        ben = stage.customer("Ben")
        await ben.starts()
        await ben.sees("How likely")
        await ben.presses("9")
        await ben.sees("main reason")
