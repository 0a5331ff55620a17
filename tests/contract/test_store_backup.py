"""Copies of a SQLite database and putting them back: nothing half, nothing forgotten that must not be."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conversations.events import DAY, HOUR, SECOND
from conversations.facts import Erased
from conversations.session import ConversationId, PersonId
from storage.address import address_of
from storage.copies.backup import back_up
from storage.copies.restore import Restored, read_former, restore_file
from storage.interface.errors import AlreadyServed, SchemaTooNew, StoreError, StoreUnavailable
from storage.interface.facts import FactRow
from storage.migrate import current, head
from storage.sqlite_file.copies import copies, drop_older, last_copied, name_at, newest
from tests.faults.evidence import Database
from tests.stores import BERLIN, NOW, body, complaint, ids, meet, opened, parcel, talk

DATA = Path(__file__).parents[1] / "data"


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


async def put_back(copy: Path, url: str) -> Restored:
    """Restore as the command does it."""
    return await restore_file(copy, file_of(url), NOW, BERLIN, read_former(url))


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file can grow beyond this: writing fails in the middle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def somebody(url: str) -> PersonId:
    """A person with a complaint."""
    one = talk(chat=str(next(ids)))
    async with opened(url) as store, store.transaction() as tx:
        await meet(tx, one)
        await tx.cases.open(complaint(one))
    return one.person


# -- copying


async def test_a_copy_is_one_whole_file_that_only_we_may_read(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    async with opened(sqlite_url) as store:
        async with store.transaction() as tx:
            await meet(tx, talk())
        copy = await back_up(file_of(sqlite_url), target)
    assert (copy.rows["conversation"], copy.rows["person"], copy.revision, copy.broken) == (1, 1, head(), ())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]
    async with opened(address_of(target), serve=False) as there, there.reading() as tx:
        assert (await tx.figures.counts())["conversations"] == 1


async def test_progress_ends_with_nothing_left(sqlite_url: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    await back_up(file_of(sqlite_url), tmp_path / "copy.db", lambda left, pages: seen.append((left, pages)))
    assert seen[-1][0] == 0
    assert seen[-1][1] > 0


async def test_a_copy_that_meets_a_full_disk_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with files_up_to(20_000), pytest.raises(StoreUnavailable, match=r"copy|anliegen\.db: "):
        await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


async def test_an_existing_file_is_never_written_over(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match="exists already: name another file"):
        await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


async def test_a_damaged_database_makes_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    path = file_of(sqlite_url)
    damaged = bytearray(path.read_bytes())
    damaged[3 * 4096 : 6 * 4096] = os.urandom(3 * 4096)
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="damaged"):
        await back_up(path, tmp_path / "copy.db")
    assert list(tmp_path.glob("copy*")) == []


def test_of_the_copies_in_a_folder_the_newest_are_kept_and_strangers_left_alone(tmp_path: Path) -> None:
    database, folder = tmp_path / "anliegen.db", tmp_path / "backups"
    folder.mkdir()
    assert (newest(database), last_copied(database)) == (None, None)
    made = [folder / name_at("anliegen", NOW + hour * HOUR, ".db") for hour in range(4)]
    strangers = [folder / name for name in ("anliegen-old.db", "anliegen.db", "more-20261118T110640Z.db")]
    for path in made[::-1] + strangers:
        path.touch()
    assert copies(folder, "anliegen") == made
    assert (newest(database), last_copied(database)) == (made[-1], NOW // SECOND * SECOND + 3 * HOUR)
    assert drop_older(folder, "anliegen", 2) == made[:2]
    assert sorted(folder.iterdir()) == sorted(made[2:] + strangers)


# -- putting back


async def test_what_was_there_before_is_kept_under_another_name(sqlite_url: str, tmp_path: Path) -> None:
    await somebody(sqlite_url)
    await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    await somebody(sqlite_url)
    done = await put_back(tmp_path / "copy.db", sqlite_url)
    assert done.aside == tmp_path / "anliegen.db.before-restore-20261118T110640Z"
    for address, people in ((sqlite_url, 1), (address_of(done.aside), 2)):
        async with opened(address) as store:
            async with store.reading() as tx:
                assert (await tx.figures.counts())["persons"] == people
            assert await store.broken_invariants() == []
    assert list(tmp_path.glob("*restoring*")) == []


async def test_who_was_erased_after_the_copy_was_made_is_erased_in_it_too(
    sqlite_url: str, tmp_path: Path
) -> None:
    gone, stays = await somebody(sqlite_url), await somebody(sqlite_url)
    await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await tx.people.erase(gone, NOW + DAY)
        await tx.facts.record([FactRow(next(ids), NOW + DAY, Erased(), gone)])
    done = await put_back(tmp_path / "copy.db", sqlite_url)
    assert done.erased == 1
    assert read_former(sqlite_url).erased == {gone: NOW + DAY}
    async with opened(sqlite_url) as store:
        async with store.reading() as tx:
            found = await tx.conversations.load(map(ConversationId, range(200_000)))
        async with store._engine.reading() as connection:
            erasures = await connection.fetch("SELECT person_id, at FROM fact WHERE kind = 'Erased'", {})
    assert erasures == [(gone, NOW + DAY)]
    names = {one.person: one.name for one in found.values()}
    assert names == {gone: "", stays: "Ada"}


async def test_case_numbers_go_on_where_they_were(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as store, store.transaction() as tx:
        assert await tx.cases.next_number(2026) == 1
    await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    async with opened(sqlite_url) as store, store.transaction() as tx:
        assert [await tx.cases.next_number(year) for year in (2026, 2026, 2027)] == [2, 3, 1]
    await put_back(tmp_path / "copy.db", sqlite_url)
    async with opened(sqlite_url) as store, store.transaction() as tx:
        assert [await tx.cases.next_number(year) for year in (2026, 2027)] == [4, 2]


async def test_what_waited_to_be_sent_counts_as_perhaps_sent(sqlite_url: str, tmp_path: Path) -> None:
    question, receipt = parcel("a"), parcel("b", resend=False)
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await tx.outbox.enqueue([question, receipt], NOW)
    await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    await put_back(tmp_path / "copy.db", sqlite_url)
    async with opened(sqlite_url) as store, store.transaction() as tx:
        claimed = await tx.claims.take([question.address.account], 9, 60.0)
        assert [(one.row.id, one.uncertain) for one in claimed] == [(question.id, True)]
    assert Database(sqlite_url).rows("SELECT state FROM outbox ORDER BY id") == [("sending",), ("unknown",)]


async def test_a_copy_of_an_older_program_is_brought_up_to_date(sqlite_url: str, tmp_path: Path) -> None:
    old = DATA / "revision-0001.db"
    before = old.read_bytes()
    done = await put_back(old, sqlite_url)
    assert (done.copy.revision, current(sqlite_url)) == ("0001", head())
    assert old.read_bytes() == before
    assert not list(tmp_path.glob("*before-0*")), "the copy itself is the copy"


async def test_a_damaged_database_is_replaced_and_kept_with_its_log(sqlite_url: str, tmp_path: Path) -> None:
    path = file_of(sqlite_url)
    await back_up(path, tmp_path / "copy.db")
    damaged = os.urandom(50_000)
    path.write_bytes(damaged)
    Path(f"{path}-wal").write_bytes(b"what was written last")
    with pytest.raises(StoreError):
        read_former(sqlite_url)
    done = await restore_file(tmp_path / "copy.db", path, NOW, BERLIN, None)
    assert done.aside is not None
    assert done.aside.read_bytes() == damaged
    assert Path(f"{done.aside}-wal").read_bytes() == b"what was written last"
    async with opened(sqlite_url) as store, store.transaction() as tx:
        await tx.inbox.receive([body("1")], [next(ids)], NOW)
        assert len(await tx.inbox.claim(10)) == 1


async def test_a_database_is_no_copy_of_itself(sqlite_url: str) -> None:
    await somebody(sqlite_url)
    before = file_of(sqlite_url).read_bytes()
    with pytest.raises(StoreError, match="is the database itself"):
        await put_back(file_of(sqlite_url), sqlite_url)
    assert file_of(sqlite_url).read_bytes() == before


async def test_a_database_that_is_served_is_not_replaced(sqlite_url: str, tmp_path: Path) -> None:
    await back_up(file_of(sqlite_url), tmp_path / "copy.db")
    async with opened(sqlite_url):
        with pytest.raises(AlreadyServed, match=f"process {os.getpid()} already serves"):
            await put_back(tmp_path / "copy.db", sqlite_url)


@pytest.mark.parametrize("spoil", ["cut", "flipped", "foreign", "empty", "newer"])
async def test_a_copy_that_is_no_use_changes_nothing(sqlite_url: str, tmp_path: Path, spoil: str) -> None:
    await somebody(sqlite_url)
    copy = tmp_path / "copy.db"
    await back_up(file_of(sqlite_url), copy)
    good, before = copy.read_bytes(), file_of(sqlite_url).read_bytes()
    match spoil:
        case "cut":
            copy.write_bytes(good[: len(good) // 2])
        case "flipped":
            copy.write_bytes(good[:8192] + os.urandom(8192) + good[16384:])
        case "foreign":
            copy.write_bytes(b"Dear Sir or Madam, " * 500)
        case "empty":
            copy.write_bytes(b"")
        case "newer":
            copy.write_bytes(good.replace(head().encode(), b"9999"))
    with pytest.raises(SchemaTooNew if spoil == "newer" else StoreError):
        await put_back(copy, sqlite_url)
    assert file_of(sqlite_url).read_bytes() == before
    assert not [*tmp_path.glob("*restor*"), *tmp_path.glob("*.part")]
