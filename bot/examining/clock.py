"""This machine's clock beside those of the platforms and the database."""

from collections.abc import Mapping

from bot.clock import real_seconds
from bot.monitoring.finding import Finding, Health
from bot.monitoring.pulse import Pulse
from handlers.monitoring.alarms import SKEW

_REMEDY = "let the system set it, for example with `timedatectl set-ntp true`"


def examine_clock(pulses: Mapping[str, Pulse], database: float | None) -> list[Finding]:
    """Compare; `database` are the seconds we are ahead of it. Nothing is found where nobody told the time."""
    ahead = {
        name: real_seconds() - pulse.their_time
        for name, pulse in pulses.items()
        if pulse.their_time is not None
    }
    if database is not None:
        ahead["the database"] = database
    if not ahead:
        return []
    wrong = {name: seconds for name, seconds in ahead.items() if abs(seconds) > SKEW}
    if not wrong:
        return [Finding("clock", Health.GOOD, f"it agrees with {_listed(ahead)}")]
    return [
        Finding(
            "clock",
            Health.BAD,
            f"this machine's is about {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} that of {name}",
            _REMEDY,
        )
        for name, seconds in wrong.items()
    ]


def _listed(names: Mapping[str, float]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
