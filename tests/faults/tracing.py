"""System calls that kill or fail: strace takes hold of a process and injects what a disk can do to it.

A child is forked from the tests themselves, which have everything loaded; it stands still until strace holds it.
strace counts calls per thread.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0  # seconds
ANYBODY: Final = -1
# PR_SET_PTRACER, prctl(2): where only parents may trace, ours may be traced by strace.
_SET_PTRACER: Final = 0x59616D61
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


@dataclass
class Child:
    """A forked process. `said` is what it wrote to its pipe; `code` its exit code, or minus the killing signal."""

    pid: int
    pipe: int
    said: bytes = b""
    code: int | None = None

    def run_until(self, word: bytes) -> None:
        """Let it run until it says a word, or to its end."""
        os.kill(self.pid, signal.SIGCONT)
        while word not in self.said and (more := os.read(self.pipe, 65536)):
            self.said += more

    def end(self) -> None:
        """Let it run to its end."""
        os.kill(self.pid, signal.SIGCONT)
        with os.fdopen(self.pipe, "rb") as pipe:
            self.said += pipe.read()
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def fork(work: Callable[[Callable[[bytes], object]], None]) -> Child:
    """A child that does `work`, standing still before it; what it is called with writes to the pipe."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        os.waitpid(pid, os.WUNTRACED)
        return Child(pid, reading)
    code = 1
    try:
        os.close(reading)
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        ctypes.CDLL(None).prctl(_SET_PTRACER, ctypes.c_ulong(ANYBODY))
        os.kill(os.getpid(), signal.SIGSTOP)
        work(lambda text: os.write(writing, text))
        code = 0
    except BaseException as error:  # the child must not go on as a test run
        os.write(writing, f"\n{error!r}\n".encode())
    finally:
        os._exit(code)


@contextmanager
def traced(pid: int, log: Path, calls: str, inject: str = "", only: tuple[Path, ...] = ()) -> Iterator[None]:
    """Hold a process and its threads while this lasts; `calls` are written to `log`, with `inject` done to them."""
    options = [f"--inject={calls}:{inject}"] if inject else []
    options += [f"--trace-path={path}" for path in only]
    command = ["strace", "-f", "-p", str(pid), "-o", str(log), f"--trace={calls}", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        first = strace.stderr.readline()
        assert "attached" in first, first
        try:
            yield
        finally:
            strace.send_signal(signal.SIGINT)  # it lets go, and the process goes on
            try:
                strace.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:  # it waits for a thread of a process that is just ending
                strace.kill()  # Linux lets go for it


def calls_in(log: Path, name: str) -> int:
    """How many calls of a name a log of strace shows in the thread that made most of them."""
    threads = [line.split(" ", 1)[0] for line in log.read_text().splitlines() if f" {name}" in line]
    return max((threads.count(thread) for thread in set(threads)), default=0)


def spread(total: int, wanted: int) -> list[int]:
    """Up to `wanted` numbers from 1 to `total`, evenly, the first and the last among them."""
    if wanted >= total:
        return [*range(1, total + 1)]
    return sorted({1 + round(step * (total - 1) / (wanted - 1)) for step in range(wanted)})
