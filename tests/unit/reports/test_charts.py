"""The picture: the same bytes for the same weeks, every letter there, no week too strange to draw."""

import struct
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.blocks import Form, Shape, Theme, Trend, TrendPoint
from reports.charts import draw
from reports.digest import build
from tests.unit.reports.weeks import busy, texts

points = st.one_of(
    st.builds(TrendPoint, st.just("7. Sept."), st.integers(0, 9)),
    st.integers(-100, 100).map(
        lambda score: TrendPoint("3. März", 40, score, max(-100, score - 30), min(100, score + 30))
    ),
)


def trend() -> Trend:
    return build(busy(), "de", texts()).figures()[0].trend


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_the_same_weeks_give_the_same_bytes(form: Form, theme: Theme, shape: Shape) -> None:
    assert draw(trend(), form, theme, shape) == draw(trend(), form, theme, shape)


def test_the_png_is_sharp_enough_for_a_big_screen() -> None:
    width, height = struct.unpack(">II", draw(trend(), "png")[16:24])
    assert (width, height) == (1520, 740)


def test_the_svg_holds_no_date_and_no_address_outside_its_namespaces() -> None:
    picture = draw(trend(), "svg").decode()
    assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own picture
    assert "<dc:date>" not in picture
    assert "<script" not in picture


def test_umlauts_and_other_scripts_letters_are_drawn() -> None:
    """A letter the font lacks would be a warning, and here a warning is a failure."""
    draw(Trend((TrendPoint("März", 3),), "Größe ẞ – −", "95-%-Intervall", "Rückläufe"), "png")


@settings(max_examples=15)
@given(st.lists(points, min_size=1, max_size=14))
def test_no_weeks_are_too_strange_to_draw(weeks: list[TrendPoint]) -> None:
    assert draw(Trend(tuple(weeks), "NPS", "95 %", "n"), "svg").startswith(b"<?xml")
