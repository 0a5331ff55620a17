"""All benchmarks one after another, or one of them, and then the page: `./run bench [NAME [ITS OPTIONS]]`.

With `--results FOLDER` the results go there and the page stays as it is. `./run bench --quick` looks whether everything
runs, with windows too short for figures; its results go to a temporary folder.
"""

import signal
import subprocess
import sys
import tempfile
import time
from typing import Final

from benchmarks.bots import ROOT

QUICK: Final = {
    "turns": "--rounds 1 --seconds 1",
    "latency": "--seconds 2 --fast-seconds 1",
    "network": "--seconds 2",
    "memory": "--conversations 200 --peers ptb aiogram-redis grammy-sqlite anliegen",
    "kills": "--kills 1 --peers ptb ptb-pickle grammy-sqlite anliegen",
    "backlog": "--updates 3000",
    "digest": "--answers 20000 200000",
    "workers": "--rounds 1 --seconds 1",
    "idle": "--rounds 1 --seconds 2",
}
"""Every benchmark in its order, and the options of a quick look."""


def main(words: list[str]) -> int:
    """Return the exit code: that of the first benchmark that failed, after all were run."""
    if words[:1] in (["-h"], ["--help"]):
        print(f"{__doc__}\nNAME is one of: {', '.join(QUICK)}. Each explains itself: ./run bench NAME --help")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    if words == ["--quick"]:
        folder = tempfile.mkdtemp(prefix="anliegen-bench-")
        codes = [_run(name, [*options.split(), "--results", folder]) for name, options in QUICK.items()]
    else:
        named, options = (words[:1], words[1:]) if words and words[0][0] != "-" else ([*QUICK], words)
        if unknown := [name for name in named if name not in QUICK]:
            print(f"There is no benchmark {unknown[0]}; there are: {', '.join(QUICK)}", file=sys.stderr)
            return 2
        codes = [_run(name, options) for name in named]
        if not {"-h", "--help", "--results"} & {*options}:
            codes.append(_run("report", []))
    print(f"took {(time.monotonic() - began) / 60:.1f} minutes", file=sys.stderr)
    return next((code for code in codes if code), 0)


def _run(name: str, options: list[str]) -> int:
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
