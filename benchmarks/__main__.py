"""All benchmarks one after another, or one of them, and then the page: `./run bench [NAME [ITS OPTIONS]]`.

Results of a run with `--results FOLDER` go there, and the page stays as it is.
"""

import subprocess
import sys
import time
from typing import Final

from benchmarks.bots import ROOT

NAMES: Final = ("turns", "latency", "network", "memory", "kills", "backlog", "digest", "workers")


def main(words: list[str]) -> int:
    """Return the exit code: that of the first benchmark that failed, after all were run."""
    if words[:1] in (["-h"], ["--help"]):
        print(f"{__doc__}\nNAME is one of: {', '.join(NAMES)}. Each explains itself: ./run bench NAME --help")
        return 0
    named, options = (words[:1], words[1:]) if words and not words[0].startswith("-") else (NAMES, words)
    if unknown := [name for name in named if name not in NAMES]:
        print(f"There is no benchmark {unknown[0]}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    codes = [_run(name, options) for name in named]
    if not {"-h", "--help", "--results"} & set(options):
        codes.append(_run("report", []))
    print(f"took {(time.monotonic() - began) / 60:.1f} minutes", file=sys.stderr)
    return next((code for code in codes if code), 0)


def _run(name: str, options: list[str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *options], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
