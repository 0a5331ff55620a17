"""What a newcomer's folder is made of: for every choice of languages, names and regions."""

import tomllib
from pathlib import Path

import pytest

from bot.settings.config import load
from bot.settings.language_files import shipped_words
from bot.starter.files import Newcomer, files_for, in_languages, spoken
from bot.starter.zones import zone_of
from conversations.checks.check import check

CHOICES = [("en",), ("de",), ("de-formal",), ("en", "de"), ("de", "en"), ("de-formal", "en")]


@pytest.mark.parametrize("languages", CHOICES, ids=" ".join)
def test_the_dialogue_has_every_text_in_the_chosen_languages_and_in_no_other(
    languages: tuple[str, ...],
) -> None:
    text = files_for(Newcomer("Nord", languages, "UTC"))["dialogues/visit.toml"]
    assert (
        check({"visit.toml": tomllib.loads(text), "complaint.toml": _complaint()}, {}, languages=languages)
        == ()
    )
    assert ("ask.en" in text) == ("en" in languages)
    assert ("ask.de" in text) == any(one.startswith("de") for one in languages)
    assert ("Wie zufrieden warst du" in text) == ("de" in languages)
    assert ("Wie zufrieden waren Sie" in text) == ("de-formal" in languages)


def _complaint() -> dict[str, object]:
    return tomllib.loads((Path(__file__).parents[3] / "conversations/dialogues/complaint.toml").read_text())


def test_a_text_that_is_alike_for_du_and_sie_is_written_once() -> None:
    text = 'a.en = "a"\na.de = "b"\n[x]\na.de = "c"\na.de-formal = "d"\nb = 1\n'
    assert in_languages(text, ["de-formal"]) == 'a.de = "b"\n[x]\na.de-formal = "d"\nb = 1\n'
    assert in_languages(text, ["de"]) == 'a.de = "b"\n[x]\na.de = "c"\nb = 1\n'


def test_every_language_of_the_product_can_be_chosen() -> None:
    assert {*spoken()} == {source.language.partition("-")[0] for source in shipped_words()}


@pytest.mark.parametrize("name", ['Möbel "Nord"', "C:\\Läden", "Müller & Söhne {GmbH}", "名前 🪑", "'#'"])
def test_any_name_is_read_back_as_it_was_said(tmp_path: Path, name: str) -> None:
    text = files_for(Newcomer(name, ("en",), "Europe/Berlin", "DE"))["config.toml"]
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    organisation = load(tmp_path / "config.toml", {}).organisation
    assert (organisation.name, organisation.zone.key, organisation.region) == (name, "Europe/Berlin", "DE")


@pytest.mark.parametrize(
    ("region", "here", "zone"),
    [
        ("DE-BY", "America/Chicago", "Europe/Berlin"),
        ("AT", "", "Europe/Vienna"),
        ("US", "America/Chicago", "America/Chicago"),  # one of the country's
        ("US-TX", "Europe/Berlin", "America/New_York"),  # where most people live
        ("", "Europe/Paris", "Europe/Paris"),
        ("ZZ", "Europe/Paris", "Europe/Paris"),
    ],
)
def test_a_region_gives_the_zone(monkeypatch: pytest.MonkeyPatch, region: str, here: str, zone: str) -> None:
    monkeypatch.setenv("TZ", here)
    assert zone_of(region) == zone


def test_a_variable_that_names_no_zone_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe")
    assert zone_of("DE") == "Europe/Berlin"
