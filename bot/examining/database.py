"""The database: whether it can be used, and what it holds."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.app import texts_of
from bot.clock import real_seconds
from bot.monitoring.finding import Finding, Health
from bot.settings.config import Settings
from conversations.events import SECOND
from conversations.texts.languages import FALLBACK
from storage.engines.sqlite import version_warning
from storage.interface.errors import StoreError
from storage.interface.store import Store, Transaction
from storage.migrate import current, head
from storage.open import open_store
from storage.sqlite_file.space import free_bytes

_ABOUT = "database"


class Database:
    """Examines the database of a configuration. `ahead` are the seconds this machine's clock is ahead of its own."""

    def __init__(self, settings: Settings) -> None:
        self.ahead: float | None = None
        self._settings = settings
        self._file = settings.storage.file

    async def examine(self) -> list[Finding]:
        """Look at it, also while `serve` runs."""
        findings = list(self._machine())
        if self._file is not None and not self._file.exists():
            text = f"there is none yet; `anliegen serve` makes {self._file}"
            return [*findings, Finding(_ABOUT, Health.NOTE, text)]
        try:
            findings += [one async for one in self._opened()]
        except StoreError as error:
            findings.append(Finding(_ABOUT, Health.BAD, str(error)))
        return findings

    def _machine(self) -> Iterator[Finding]:
        """What is of SQLite alone."""
        if self._file is None:
            return
        warning = version_warning()
        yield Finding("sqlite", Health.NOTE if warning else Health.GOOD, warning or "no known defect")
        if self._file.exists():
            yield _disk(self._file, self._settings.storage.watermark)

    async def _opened(self) -> AsyncIterator[Finding]:
        url = self._settings.storage.url
        revision = current(url)
        if revision != head():
            text = f"schema {revision or 'none'}, this program needs {head()}"
            yield Finding(_ABOUT, Health.BAD, text, "run `anliegen migrate`")
            return
        yield Finding(_ABOUT, Health.GOOD, f"{self._file or 'PostgreSQL'}, schema {revision}")
        store = await open_store(url, zone=self._settings.organisation.zone)
        try:
            for finding in await self._contents(store):
                yield finding
        finally:
            await store.close()

    async def _contents(self, store: Store) -> list[Finding]:
        broken = await store.broken_invariants()
        async with store.reading() as tx:
            self.ahead = real_seconds() - await tx.leases.real_time() / SECOND
            counts, alarms = await tx.figures.counts(), await self._alarms(tx)
        findings = [Finding("invariants", Health.BAD, sentence) for sentence in broken]
        if not broken:
            findings.append(Finding("invariants", Health.GOOD, "all hold"))
        if alarms:
            findings.append(Finding("alarms", Health.NOTE, alarms, "docs/run/operations.md says what helps"))
        left = {name: n for name, n in counts.items() if n and name.endswith(("_dead", "_unknown"))}
        if left:
            text = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in left.items())
            remedy = "`anliegen dead list` says why and what helps"
            findings.append(Finding("left over", Health.NOTE, text, remedy))
        figures = {name: n for name, n in counts.items() if not name.endswith("_oldest")}
        text = ", ".join(f"{name} {n}" for name, n in figures.items())
        return [*findings, Finding("counts", Health.GOOD, text)]

    async def _alarms(self, tx: Transaction) -> str:
        """The titles of the alarms that stand."""
        texts, standing = texts_of(self._settings), await tx.alarms.standing()
        titles = {texts.plain(f"alarm.{one.name}.title", FALLBACK, subject=one.subject) for one in standing}
        return ", ".join(sorted(titles))


def _disk(file: Path, watermark: int) -> Finding:
    free = free_bytes(file)
    text = f"{free // 10**6} MB are left, the watermark is {watermark // 10**6} MB"
    if free >= watermark:
        return Finding("disk", Health.GOOD, text)
    return Finding(
        "disk", Health.BAD, text, "make room: until then customers' messages wait at their platform"
    )
