"""F15: clocks jump. The machine's by hours and days, those on the wall twice a year, and two machines disagree.

Claimed: no deadline fires before its time, none is lost, and each week has one digest, whatever the clock does.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SteadyClock, TimeOrderedIds
from bot.monitoring.pulse import is_recent
from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from handlers import digest
from handlers.intake.inbox import Inbox
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.turn.organisation import DigestPlan, Organisation
from storage.interface.store import Store
from storage.interface.timers import Timer
from tests.contract.channel_slack import slack_world
from tests.contract.test_slack_guard import BODY, post, signed
from tests.e2e.chats import complains
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.program import ROOT, Program
from tests.faults.running import World, world
from tests.stores import opened
from tests.unit.handlers.desk import MIA, Clock, organisation

BERLIN = ZoneInfo("Europe/Berlin")
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("/nowhere"))
ACCEPT = 14.0  # seconds until a case should be accepted
JUMPS = ("+3d", "-1h", "+1h", "-3d")


# -- the machine's clock


@dataclass
class Machine:
    """The real service on a machine whose clock somebody sets; what is monotonic stays so."""

    around: World
    hands: Path
    process: asyncio.subprocess.Process = field(init=False)
    log: Path = field(init=False)

    def set(self, by: str) -> None:
        """Set the clock by so much from the right time."""
        self.hands.write_text(f"{by}\n")

    async def start(self) -> None:
        self.set("+0")
        self.log = self.around.folder / "machine"
        environ = self.around.environ(
            PYTHONPATH=str(ROOT),
            PYTHONDONTWRITEBYTECODE="1",
            LD_PRELOAD=str(LIBRARY),
            FAKETIME_TIMESTAMP_FILE=str(self.hands),
            FAKETIME_CACHE_DURATION="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            NO_FAKE_STAT="1",
            ANLIEGEN_DEADLINES__NORMAL__ACCEPT=f"PT{ACCEPT:.0f}S",
        )
        with self.log.open("wb") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "bot.cli", "serve", "--config", "config.toml",
                cwd=self.around.folder, env=environ, stdout=out, stderr=out,
            )  # fmt: skip
        async with asyncio.timeout(120):
            while "ready, listening" not in self.log.read_text():
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def machine(folder: Path, program: Program) -> AsyncIterator[Machine]:
    async with world(folder, f"sqlite:///{folder}/anliegen.db", program) as around:
        made = Machine(around, folder / "hands")
        try:
            await made.start()
            yield made
        except Exception as error:
            error.add_note(f"the service said:\n{made.log.read_text()}")
            raise
        finally:
            await made.stop()


@pytest.mark.needs("faketime")
@pytest.mark.timeout(240)
async def test_a_clock_that_is_set_wrong_makes_no_deadline_early_and_loses_none(
    tmp_path: Path, program: Program
) -> None:
    """One service for each jump, side by side."""

    async def jump(by: str) -> None:
        async with machine(tmp_path / by, program) as one:
            room = one.around.slack.channel("service")
            number = await complains(one.around.telegram.customer(1, "Ben", "en"))
            card = await room.sees(number)
            ((opened_at,),) = one.around.database.rows("SELECT opened FROM case_")
            one.set(by)
            await room.sees("has not been accepted in time", thread=card, timeout=90)
            late = time.time() - opened_at / SECOND - ACCEPT
            assert 0 < late < 60, f"{late:.1f} s late after a jump of {by}"
            await one.around.slack.channel("alarms").sees("Check the clock", timeout=60)
            one.set("+0")
            ben = one.around.telegram.customer(2, "Mo", "en")
            await ben.says("/start")
            await ben.sees("How likely")
            assert sum("accepted in time" in message.words for message in room.thread(card)) == 1

    async with asyncio.TaskGroup() as together:
        for by in JUMPS[: figure("F15")]:
            together.create_task(jump(by))


async def test_two_machines_half_a_minute_apart_agree_with_the_platform() -> None:
    """The one that is wrong follows; hence none of them fires half a minute early."""

    class Fast(SteadyClock):
        def _machine(self) -> int:
            return super()._machine() + 30 * SECOND

    right, wrong, true = SteadyClock(), Fast(), time.time()
    for clock in (right, wrong):
        clock.compare(true)
    assert abs(wrong.now() - right.now()) < SECOND


@pytest.mark.parametrize("seconds", [3_600, -3_600])
async def test_requests_that_slack_signed_at_another_time_say_check_the_clock(seconds: int) -> None:
    """They are refused all the same: they may be replayed. Forged ones say nothing."""
    async with slack_world("http") as slack:
        stamp = str(int(time.time()) - seconds)
        assert (await post(slack, BODY, signed(BODY, secret="forged", stamp=stamp)))[0] == 401
        assert not is_recent(slack.channel.pulse.stale[1])
        assert (await post(slack, BODY, signed(BODY, stamp=stamp)))[0] == 401
        skew, noticed = slack.channel.pulse.stale
        assert is_recent(noticed)
        assert abs(skew - seconds) < 5
        assert slack.journal.received == 0


# -- the clock on the wall, and digests


@dataclass
class Office:
    """The use cases with a weekly digest on Mondays at eight, worked by hand."""

    store: Store
    rows: Database
    company: Organisation
    clock: Clock
    inbox: Inbox
    ids: TimeOrderedIds

    async def works(self, until: str = "") -> None:
        """Apply what is due, every hour until then, and draw what is to be drawn."""
        while True:
            for timer in (await self.inbox.apply()).digests:
                await digest.produce(self.store, self.company, self.clock, self.ids, timer)
            if not until or self.clock.at >= instant(until):
                return
            self.clock.at += HOUR

    @property
    def weeks(self) -> list[str]:
        """The weeks that had a digest; each was posted once."""
        found = [week for (week,) in self.rows.rows("SELECT period FROM digest_made ORDER BY made")]
        ((posted,),) = self.rows.rows("SELECT count(*) FROM outbox WHERE kind = 'digest'")
        assert posted == len(found)
        return found


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    plan = DigestPlan(weekday=0, hour=8, zone=BERLIN, channel="C0BOARD")
    company = replace(organisation(MIA), staff_account="slack:T1", digest=plan, zone=BERLIN)
    clock, ids = Clock(), TimeOrderedIds(7)
    async with opened(sqlite_url) as store:
        outbox, perishables = Outbox(store, {}, company, clock, ids), Perishables({})
        inbox = Inbox(store, {}, company, outbox, perishables, clock, ids)
        yield Office(store, Database(sqlite_url), company, clock, inbox, ids)


async def begin(office: Office, moment: str) -> None:
    office.clock.at = instant(moment)
    await digest.plan(office.store, office.company, office.clock.at)


def instant(text: str) -> Instant:
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN).timestamp()) * SECOND


def mondays(first: str, count: int) -> list[str]:
    day = datetime.strptime(first, "%Y-%m-%d").replace(tzinfo=BERLIN).date()
    return [(day + timedelta(weeks=n)).isoformat() for n in range(count)]


@pytest.mark.parametrize(
    ("first", "begins", "ends"),
    [
        ("2027-03-15", "2027-03-20 12:00", "2027-04-08 12:00"),  # clocks go forward on the 28th
        ("2026-10-12", "2026-10-17 12:00", "2026-11-05 12:00"),  # and back on the 25th
        ("2028-02-14", "2028-02-19 12:00", "2028-03-09 12:00"),  # a leap day
    ],
    ids=["spring", "autumn", "leap day"],
)
async def test_every_week_has_one_digest_at_its_hour(
    office: Office, first: str, begins: str, ends: str
) -> None:
    await begin(office, begins)
    await office.works(until=ends)
    assert office.weeks == mondays(first, 3)
    for (made,) in office.rows.rows("SELECT made FROM digest_made"):
        local = datetime.fromtimestamp(made // SECOND, BERLIN)
        assert (local.weekday(), local.hour) == (0, 8)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 3 * DAY, -3 * DAY], ids=["+1h", "-1h", "+3d", "-3d"])
@pytest.mark.parametrize(
    "moment", ["2026-11-22 12:00", "2026-11-23 07:30", "2026-11-23 08:30", "2026-11-25 12:00"]
)
async def test_a_jump_that_was_believed_loses_no_digest_and_doubles_none(
    office: Office, moment: str, jump: Instant
) -> None:
    await begin(office, "2026-11-21 12:00")
    await office.works(until=moment)
    right = office.clock.at
    office.clock.at += jump
    await office.works()
    office.clock.at = right + 2 * HOUR  # and is set right
    await office.works(until="2026-12-08 12:00")
    assert office.weeks == mondays("2026-11-16", 3)


async def test_weeks_missed_in_an_outage_are_posted_afterwards_the_oldest_first(office: Office) -> None:
    await begin(office, "2026-11-21 12:00")
    office.clock.at = instant("2026-12-16 12:00")
    await office.works()
    for _ in range(5):
        office.clock.at += MINUTE
        await office.works()
    assert office.weeks == mondays("2026-11-16", 4)
    assert (await next_digest(office)).due == instant("2026-12-21 08:00")


async def test_after_half_a_year_only_the_last_weeks_are_posted(office: Office) -> None:
    await begin(office, "2026-05-21 12:00")
    office.clock.at = instant("2026-12-16 12:00")
    for _ in range(8):
        office.clock.at += MINUTE
        await office.works()
    assert office.weeks == ["2026-05-18", *mondays("2026-11-16", 4)]


async def test_a_digest_asked_again_on_another_monday_is_still_of_its_week(office: Office) -> None:
    """It could not be drawn for a week."""
    await begin(office, "2026-11-21 12:00")
    office.clock.at = instant("2026-11-23 08:00")
    (first,) = (await office.inbox.apply()).digests  # and then drawing fails
    office.clock.at = instant("2026-11-30 09:00")
    await office.works()
    assert first.note == "2026-11-16"
    office.clock.at += MINUTE
    await office.works()
    assert office.weeks == mondays("2026-11-16", 2)


async def next_digest(office: Office) -> Timer:
    async with office.store.reading() as tx:
        (timer,) = await tx.timers.of(digest.WEEKLY)
    return timer
