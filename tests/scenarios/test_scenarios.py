"""Whole conversations as people have them, held against what was seen when somebody last looked at them.

`pytest tests/scenarios --refresh-golden` writes the golden files anew, and only then is anything written.
"""

import tomllib
from pathlib import Path

import pytest

from tests.scenarios.transcript import transcript

HERE = Path(__file__).parent
SCENARIOS = sorted(HERE.glob("*.toml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_it_went(path: Path, request: pytest.FixtureRequest) -> None:
    golden = HERE / "golden" / f"{path.stem}.txt"
    went = transcript(tomllib.loads(path.read_text(encoding="utf-8")))
    if request.config.getoption("--refresh-golden", default=False):
        golden.write_text(went, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == went


def test_no_golden_file_outlives_its_scenario() -> None:
    assert {path.stem for path in (HERE / "golden").iterdir()} == {path.stem for path in SCENARIOS}
