"""What lies below a database: how much is left there, and whether it is a disk of this machine."""

import shutil
from pathlib import Path

import pytest

from storage.interface.errors import StoreError
from storage.open import open_store
from storage.sqlite_file.space import free_bytes, network_kind
from tests.stores import BERLIN

MOUNTS = r"""
overlay / overlay rw,relatime 0 0
server:/export /srv nfs4 rw,vers=4.2 0 0
/dev/sdb1 /srv/local ext4 rw 0 0
tmpfs /run/a\040place tmpfs rw 0 0
me@host: /run/a\040place fuse.sshfs rw 0 0
""".lstrip()


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """A list of mounts as Linux shows it."""
    path = tmp_path / "mounts"
    path.write_text(MOUNTS)
    return path


def test_what_is_left_beside_a_database_is_counted(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path / "anliegen.db") <= shutil.disk_usage(tmp_path).total


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/anliegen.db", None),
        ("/srv/anliegen.db", "nfs4"),
        ("/srv/local/anliegen.db", None),
        ("/srv/locally/anliegen.db", "nfs4"),
        ("/run/a place/anliegen.db", "fuse.sshfs"),
    ],
)
def test_the_innermost_mount_says_where_a_file_lies(mounts: Path, path: str, kind: str | None) -> None:
    assert network_kind(Path(path), mounts) == kind


def test_where_no_mounts_are_listed_nobody_is_refused(tmp_path: Path) -> None:
    assert network_kind(Path("/srv/anliegen.db"), tmp_path / "nothing") is None


async def test_a_database_on_a_network_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    listed = tmp_path / "mounts"
    listed.write_text(f"nas:/export {share} nfs rw 0 0\n")
    monkeypatch.setattr("storage.sqlite_file.space.MOUNTS", listed)
    with pytest.raises(StoreError, match=r"network \(nfs\).*disk of this machine, or PostgreSQL"):
        await open_store(f"sqlite:///{share}/anliegen.db", zone=BERLIN, serve=True)
    assert list(share.iterdir()) == []
