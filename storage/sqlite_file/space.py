"""What lies below a SQLite database: which file system it is, and how much of it is left."""

import os
import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path(
    "/proc/self/mounts"
)  # Linux only; elsewhere nobody can be told apart, and nobody is refused

# Locks and shared memory do not reach across machines there (https://sqlite.org/wal.html, https://sqlite.org/faq.html#q5).
_KERNEL: Final = "afs beegfs ceph cifs coda glusterfs gpfs lustre ncpfs nfs nfs4 smb3 smbfs"
_FUSE: Final = "fuse.ceph fuse.gcsfuse fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs"
NETWORK: Final = frozenset(f"{_KERNEL} {_FUSE}".split())


def free_bytes(path: Path) -> int:
    """How much may still be written into the folder of this file, by anybody but root. Raises OSError."""
    found = os.statvfs(path.absolute().parent)
    return found.f_bavail * found.f_frsize


def network_kind(path: Path, mounts: Path | None = None) -> str | None:
    """Name the network file system a file lies on or would lie on; None where it is a local or unknown one."""
    kind = _kind(path.resolve(), mounts or MOUNTS)
    return kind if kind in NETWORK else None


def _kind(path: Path, mounts: Path) -> str:
    """The type of the innermost mount; of several on one place the last one covers the others."""
    kind, depth = "", -1
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, place, fs, *_ = line.split(" ")
        here = Path(_unescaped(place))
        if path.is_relative_to(here) and len(here.parts) >= depth:
            kind, depth = fs, len(here.parts)
    return kind


def _unescaped(place: str) -> str:
    """Blanks and backslashes are written as three octal digits, see proc_mounts(5)."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), place)
