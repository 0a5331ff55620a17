"""The survey every Python peer asks, from `survey.json`, and where the Bot API is."""

import json
import os
from pathlib import Path
from typing import Any, Final

SURVEY: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "survey.json").read_text(encoding="utf-8")
)
STEPS: Final[list[dict[str, Any]]] = SURVEY["steps"]
SCORE, REASON, COMMENT, CONSENT = (str(step["ask"]) for step in STEPS)
THANKS: Final[str] = SURVEY["thanks"]

URL: Final = os.environ["BENCH_URL"]
TOKEN: Final = os.environ["BENCH_TOKEN"]
FOLDER: Final = Path(os.environ["BENCH_FOLDER"])  # for what must outlive the process


def rows(key: str) -> list[list[tuple[str, str]]]:
    """The buttons of a step: (label, what a press of it says)."""
    (step,) = (each for each in STEPS if each["key"] == key)
    return [[(label, f"{key}:{label}") for label in row] for row in step["buttons"]]
