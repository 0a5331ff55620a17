"""The main job, told as chats: a customer on Telegram, staff in Slack, the real service in between."""

from tests.stage import Stage


async def test_the_first_question_comes_at_once(stage: Stage) -> None:
    anna = stage.customer("Anna", "de")
    await anna.starts()
    print(await anna.sees("empfehlen"))
    print(anna.transcript)
