"""The one switch of the golden conversations."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh-golden",
        action="store_true",
        help="write what tests/scenarios shows now to the golden files; look at the difference before you commit",
    )
