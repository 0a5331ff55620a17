"""Windows has not what the program needs: the command line says so before it imports any of that."""

import subprocess
import sys
from pathlib import Path

from bot.exits import Exit

ROOT = Path(__file__).parents[2]


def test_windows_is_refused_in_one_sentence_before_anything_is_imported_that_it_has_not() -> None:
    code = (
        "import sys; sys.modules['fcntl'] = None; from bot import cli;"
        "assert not {'storage', 'bot.app'} & {*sys.modules};"
        "sys.platform = 'win32'; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "serve"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert done.stderr.count("\n") == 1
    assert "run it in WSL" in done.stderr
