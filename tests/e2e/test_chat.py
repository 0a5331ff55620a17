"""Every shipped dialogue walked to its end in a terminal, by what a person would type or a script would pipe in."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.channel import PDF, RED

WALKS = {
    ("survey", "en"): (
        ["9", "3", "4/5", "seven", "<b>Nice</b> & quick", "1", "yes"],
        ["<b>Nice</b>", "that makes us happy!"],
    ),
    ("survey", "de"): (
        ["2", "Lieferung", "b", "3", "Zu spät", "nein", "ja", "Ja, bitte", "weiß nicht", "b", "3", "stimmt"],
        ["Zurück", "Thema: Lieferung\nWas passiert ist: Zu spät", "Deine Nummer ist A-"],
    ),
    ("complaint", "en"): (
        ["2", "The zip broke.", "AB-100042", "/photo {red} {pdf}", "1", "2", "back", "repair", "4", "a", "1"],
        ["Evidence: 2 files", "Your complaint is on its way.", "Mia takes care of it"],
    ),
    ("complaint", "de"): (
        ["Rechnung", "Doppelt abgebucht", "/skip", "nein", "7", "Geld und Blumen", "1", "/status"],
        ["Wunsch: Geld und Blumen", "Mia kümmert sich darum", "eingegangen"],
    ),
    ("praise", "de"): (["Toller Service!", "1"], ["Da wird sich jemand freuen.", "an Mia weitergegeben"]),
    ("idea", "en"): (["Shoes to borrow", "/photo {red}", "done"], ["We will look at it."]),
    ("question", "en"): (["When do you open?", "no"], ["I am asking somebody who knows."]),
    ("welcome", "de"): (["2", "Toller Service!", "lieber nicht"], ["Da wird sich jemand freuen."]),
    ("solution", "en"): (["1"], ["A-2026-000001", "We send you a new one"]),
    ("solution", "de"): (["Nein, so nicht", "Zu wenig"], ["Was fehlt noch"]),
    ("after_case", "de"): (["5", "7", "nichts"], ["Das nehmen wir uns zu Herzen."]),
}


def test_every_shipped_dialogue_is_walked() -> None:
    folder = Path(__file__).parents[2] / "conversations" / "dialogues"
    assert {name for name, _ in WALKS} == {file.stem for file in folder.glob("*.toml")}


@pytest.mark.parametrize(("dialogue", "language"), WALKS)
def test_a_dialogue_in_the_terminal(dialogue: str, language: str, tmp_path: Path) -> None:
    typed, seen = WALKS[dialogue, language]
    (tmp_path / "red.png").write_bytes(RED)
    (tmp_path / "bill.pdf").write_bytes(PDF)
    lines = "\n".join(typed).format(red="red.png", pdf="bill.pdf")
    command = [sys.executable, "-m", "bot.cli", "chat", dialogue, "--language", language]
    done = subprocess.run(
        command, cwd=tmp_path, input=f"{lines}\n", capture_output=True, text=True, check=False, timeout=50
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [part for part in seen if part not in done.stdout] == [], done.stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bill.pdf", "red.png"]
