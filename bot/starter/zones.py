"""The time zone of a region, from the table that comes with the zones; where it leaves a choice, this machine's."""

import os
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo


def zone_of(region: str) -> str:
    """Return the zone of a region (`DE-BY`): this machine's if it is one of its country's, else that of most people.

    Without a region, or for a country that the table lacks, it is this machine's, or UTC.
    """
    here, there = _here(), list(_zones(region.partition("-")[0]))
    return here if here in there or not there else there[0]


def _zones(country: str) -> Iterator[str]:
    """Yield the zones of a country; that of most people comes first."""
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    for line in table.read_text(encoding="utf-8").splitlines():
        if country and line.startswith(f"{country}\t"):
            yield line.split("\t")[2]


def _here() -> str:
    """The zone of this machine, UTC where it does not say."""
    link = Path("/etc/localtime")
    target = str(link.readlink()) if link.is_symlink() else ""
    for name in (os.environ.get("TZ", ""), target.partition("zoneinfo/")[2]):
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):  # empty, unknown, or the name of a folder
            continue
    return "UTC"
