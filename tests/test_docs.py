"""The pages: every link leads somewhere, every page stands in the index, every decision has status and date."""

import re
from pathlib import Path

import pytest

from tests.locks import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"])
INDEX = (DOCS / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]*))?\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """What a heading is called in links to it, as forges make it of its words."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        aim = (page.parent / target).resolve() if target else page
        assert aim.exists(), f"{name(page)}: {target}"
        assert not anchor or anchor in anchors(aim), f"{name(page)}: {target}#{anchor}"


@pytest.mark.parametrize("page", [page for page in PAGES if DOCS in page.parents], ids=name)
def test_every_page_stands_in_the_index(page: Path) -> None:
    inner = page.relative_to(DOCS)
    assert str(inner) == "README.md" or inner.parent.name == "adr" or f"]({inner})" in INDEX


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=name)
def test_every_decision_has_a_status_and_a_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    said = re.search(r"^(Accepted|Replaced by \[.+\]\(.+\)), \d{4}-\d{2}-\d{2}\.$", text, re.MULTILINE)
    assert said, f"{name(page)}: a line such as 'Accepted, 2026-11-29.'"
