"""Metrics for Prometheus: counters the service keeps anyway, formatted only on request.

Names and meanings are listed in docs/run/operations.md. No label holds a token or anything a person wrote.
"""

import platform
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.monitoring.watch import Watch
from conversations.events import SECOND, Instant
from handlers.monitoring.meter import Meter
from handlers.turn.ports import Clock
from storage.interface.store import Gauged

CONTENT_TYPE = "text/plain; version=0.0.4"


class Metrics(Collector):
    """The current figures of one process; those from the database are of the last check."""

    def __init__(self, store: Gauged, watch: Watch, meter: Meter, clock: Clock) -> None:
        self._store = store
        self._watch = watch
        self._meter = meter
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: names come with the figures."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield from self._done()
        yield from self._waiting()
        yield from self._platforms()
        yield from self._health()
        yield _build()

    def _done(self) -> Iterator[Metric]:
        meter = self._meter
        yield CounterMetricFamily("anliegen_turns", "Inbox rows and timers applied.", value=meter.turns)
        sends = CounterMetricFamily(
            "anliegen_sends", "Sends by how they ended.", labels=["account", "outcome"]
        )
        for (account, outcome), count in sorted(meter.sends.items()):
            sends.add_metric([account, outcome], count)
        yield sends
        units, busy = self._store.units, self._store.busy
        yield CounterMetricFamily("anliegen_database_units", "Units of work that may write.", value=units)
        yield CounterMetricFamily("anliegen_database_busy_seconds", "Seconds spent in them.", value=busy)

    def _waiting(self) -> Iterator[Metric]:
        backlog = self._watch.backlog
        if backlog is None:
            return
        yield _gauge("inbox_pending", "Bodies stored and not applied.", backlog.inbox)
        yield _gauge("inbox_oldest_seconds", "Age of the oldest of them.", self._age(backlog.inbox_oldest))
        depth = GaugeMetricFamily("anliegen_outbox_pending", "Messages that are not out.", labels=["account"])
        age = GaugeMetricFamily(
            "anliegen_outbox_oldest_seconds", "Age of the oldest somebody waits for.", labels=["account"]
        )
        for account, (rows, first) in sorted(backlog.outbox.items()):
            depth.add_metric([account], rows)
            age.add_metric([account], self._age(first))
        yield depth
        yield age
        yield _gauge("timers_late", "Deadlines that are due and not applied.", backlog.timers)
        yield _gauge("timer_late_seconds", "How late the first of them is.", self._age(backlog.timer_oldest))
        yield _gauge("dead_letters", "Bodies and messages that were given up.", backlog.dead)
        yield _gauge("unknown_sends", "Sends of the last day whose end nobody saw.", backlog.unknown)

    def _platforms(self) -> Iterator[Metric]:
        heard = GaugeMetricFamily(
            "anliegen_silent_seconds",
            "Since when nothing was heard where something should be.",
            labels=["account"],
        )
        skew = GaugeMetricFamily(
            "anliegen_clock_skew_seconds",
            "How far the machine's clock is ahead of theirs.",
            labels=["account"],
        )
        for account, signs in sorted(self._watch.platforms().items()):
            if signs.silent is not None:
                heard.add_metric([account], signs.silent)
            if signs.skew is not None:
                skew.add_metric([account], signs.skew)
        yield heard
        yield skew

    def _health(self) -> Iterator[Metric]:
        alarms = GaugeMetricFamily(
            "anliegen_alarm", "1 for every alarm that stands.", labels=["alarm", "subject"]
        )
        for one in self._watch.standing:
            alarms.add_metric([one.name, one.subject], 1)
        yield alarms
        yield _gauge(
            "event_loop_lag_seconds", "How late the event loop was at worst, lately.", self._watch.lag
        )
        rounds = GaugeMetricFamily(
            "anliegen_round_age_seconds", "Since when a loop has not come round.", labels=["loop"]
        )
        for name, going in sorted(self._watch.rounds.items()):
            rounds.add_metric([name], going.age)
        yield rounds

    def _age(self, moment: Instant) -> float:
        return max(0.0, (self._clock.now() - moment) / SECOND) if moment else 0.0


def registry(store: Gauged, watch: Watch, meter: Meter, clock: Clock) -> CollectorRegistry:
    """A registry of our own, with the process's memory, time and files beside our figures."""
    ours = CollectorRegistry(auto_describe=False)
    ours.register(Metrics(store, watch, meter, clock))
    ProcessCollector(registry=ours)
    PlatformCollector(registry=ours)
    return ours


def render(ours: CollectorRegistry) -> bytes:
    """In Prometheus' text format."""
    return generate_latest(ours)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"anliegen_{name}", meaning, value=value)


def _build() -> GaugeMetricFamily:
    labels = {"version": version("anliegen"), "python": platform.python_version()}
    built = GaugeMetricFamily("anliegen_build_info", "What is running.", labels=list(labels))
    built.add_metric(list(labels.values()), 1)
    return built
