"""Durations in files: ISO 8601 without years and months (`PT30M`, `P3D`, `P1DT12H`)."""

import re

from conversations.events import DAY, HOUR, MINUTE, SECOND

WEEK = 7 * DAY
DURATION = r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?"
_FORM = re.compile(DURATION)


def parse_duration(text: str) -> int | None:
    """Return microseconds; None for anything else, also for a bare `P` or `PT`."""
    found = _FORM.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    units = (WEEK, DAY, HOUR, MINUTE, SECOND)
    return sum(int(count) * unit for count, unit in zip(found.groups(), units, strict=True) if count)
