"""Rules of the house that no other tool checks."""

import ast
import re
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.checkouts import tracked
from tests.locks import ROOT, asked_for, is_needed
from tests.missing import PROGRAMS

PACKAGES = ("bot", "conversations", "handlers", "reports", "sandbox", "storage")
LONGEST = 400  # lines of a module that can still be read in one sitting

# Written so that this file does not contain what it looks for.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.])/(work|root|home/\w+)/|(pypi|npmjs)[.](org|com)|python[h]osted|/[s]imple(?![\w-])"
)

of_a_clone = pytest.mark.needs("git clone")


@of_a_clone
def test_a_package_s_init_imports_nothing() -> None:
    """Neither re-exports nor its own children: the cycles that import-linter cannot see."""
    for path in tracked("*__init__.py"):
        imports = [
            n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Import | ast.ImportFrom)
        ]
        assert not imports, f"{path.relative_to(ROOT)} imports something"


@of_a_clone
def test_no_module_is_longer_than_one_sitting() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


@of_a_clone
def test_nothing_speaks_of_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or a database
        found += [
            f"{path.relative_to(ROOT)}:{n}" for n, line in enumerate(lines, 1) if OF_ONE_MACHINE.search(line)
        ]
    assert found == []


@of_a_clone
def test_no_two_public_classes_share_a_name() -> None:
    """One word, one thing: whoever reads a name knows which class is meant."""
    places: dict[str, list[str]] = {}
    for path in tracked(*(f"{package}/*.py" for package in PACKAGES if package != "sandbox")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


@of_a_clone
def test_a_connection_of_sqlite_is_closed_where_it_is_used() -> None:
    """`with sqlite3.connect(...)` ends a transaction and leaves the connection open: `closing` closes it."""
    for path in tracked("*.py"):
        withs = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.With)]
        opened = [ast.unparse(item.context_expr) for node in withs for item in node.items]
        assert not [one for one in opened if one.startswith("sqlite3.connect(")], path.relative_to(ROOT)


@of_a_clone
def test_an_area_of_the_store_is_one_file_and_its_protocol() -> None:
    """What a table's statements, its promise and its place in a transaction are called is the same word."""
    promised = {path.stem for path in tracked("storage/interface/*.py")} - {
        "__init__",
        "errors",
        "store",
        "work",
    }
    written = {path.stem for path in tracked("storage/areas/*.py") if "(Area)" in path.read_text()}
    (protocol,) = re.findall(
        r"^class Transaction\(.+?^class ",
        (ROOT / "storage/interface/store.py").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    composed = re.findall(r"self\.(\w+) = Sql", (ROOT / "storage/store.py").read_text())
    assert promised == written == set(re.findall(r"def (\w+)\(self\)", protocol)) == set(composed)


USE_CASES = [path for path in sorted((ROOT / "handlers").rglob("*.py")) if path.parent.name != "turn"]


@pytest.mark.parametrize("path", USE_CASES, ids=lambda path: str(path.relative_to(ROOT / "handlers")))
def test_no_use_case_holds_a_stale_conversation(path: Path) -> None:
    """What a turn made of a conversation, the turn says: it is asked by id, and again after everything awaited."""
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        arguments = [*function.args.args, *function.args.kwonlyargs]
        types = {re.sub(r" \| None$", "", ast.unparse(one.annotation)) for one in arguments if one.annotation}
        assert not types >= {"Turn", "Conversation"}, (
            f"{function.name} takes a turn and a snapshot of its state"
        )
        assert stale(function) == [], f"{function.name} reads a conversation as it was before an await"


def parts(side: ast.expr) -> list[ast.expr]:
    """What stands on one side of an assignment."""
    return side.elts if isinstance(side, ast.Tuple) else [side]


def stale(function: ast.AST) -> list[str]:
    """The lines that read a snapshot of a conversation after an `await` that began when it was taken already."""
    nodes = list(ast.walk(function))
    awaits = [(one.lineno, one.end_lineno or 0) for one in nodes if isinstance(one, ast.Await)]
    taken: dict[str, list[int]] = {}
    for one in nodes:
        if isinstance(one, ast.Assign):
            for name, value in zip(parts(one.targets[0]), parts(one.value), strict=False):
                if re.fullmatch(r"turn\.conversation\(\w+\)", ast.unparse(value)):
                    taken.setdefault(ast.unparse(name), []).append(one.lineno)
    found = []
    for one in nodes:
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id in taken:
            since = max((line for line in taken[one.id] if line < one.lineno), default=0)
            if since and any(since < first and last < one.lineno for first, last in awaits):
                found.append(f"{one.lineno}: {one.id}")
    return found


def test_ci_brings_every_program_that_a_test_needs() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    packages = {program.package for program in PROGRAMS.values()} - {"git", ""}  # it brought the clone
    assert {package for package in packages if not re.search(rf"[=(]{package}\b", script)} == set()


def imported(path: Path) -> set[str]:
    """The top-level names a module imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in whole | parts}


@of_a_clone
@pytest.mark.parametrize(("folders", "groups"), [(PACKAGES, ["run"]), (("tests", "docs"), ["run", "test"])])
def test_every_imported_library_is_asked_for(folders: tuple[str, ...], groups: list[str]) -> None:
    declared = {canonicalize_name(each.name) for group in groups for each in asked_for(group)}
    ours = {*PACKAGES, "benchmarks", "tests"}
    names = {name for folder in folders for path in tracked(f"{folder}/*.py") for name in imported(path)}
    libraries = names - ours - set(sys.stdlib_module_names)
    owners = packages_distributions()
    found = {
        name for name in libraries if declared & {canonicalize_name(each) for each in owners.get(name, ())}
    }
    assert libraries - found == set()


def needed_to_run() -> set[str]:
    """Every distribution the program needs, those its dependencies need included."""
    found: set[str] = set()
    waiting = asked_for("run")
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        found.add(name)
        inner = [Requirement(line) for line in distribution(name).requires or []]
        waiting += [each for each in inner if is_needed(each, requirement.extras)]
    return found


def test_the_notice_names_every_dependency_under_a_copyleft_licence() -> None:
    notice = (ROOT / "NOTICE").read_text()
    for name in sorted(needed_to_run()):
        metadata = distribution(name).metadata
        said = [*metadata.get_all("License-Expression", []), *metadata.get_all("Classifier", [])]
        if any(re.search(r"GPL|General Public", text) for text in said):
            assert name in notice
