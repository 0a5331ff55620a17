"""What the facts of an older database tell: its sessions, tallies by day and repeats. Only revision 0003 runs it.

What is read in old rows is read as it was written then: nothing of the program is imported.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

SEGMENT: Final = ("dialogue", "touchpoint", "party", "product", "language", "series")
TALLY: Final = ("day", "measure", *SEGMENT, "subject", "metric", "value")
REPEAT: Final = ("day", "next", *SEGMENT, "subject", "metric", "value")
AT_ONCE: Final = 5_000  # rows read or written together


def fill_from_facts() -> None:
    """Sessions, tallies and repeats."""
    past = Past()
    for row in read("SELECT at, kind, body, person_id, conversation_id, case_id FROM fact ORDER BY id"):
        past.take(*row)
    past.end()
    for statement in AFTERWARDS:
        op.execute(statement)
    mark_answers(past)
    write("tally", TALLY, past.tallies)
    write("repeat", REPEAT, repeated())


AFTERWARDS: Final = (
    # Answers whose walk no fact tells of.
    """INSERT INTO session
       SELECT session_id, min(person_id), min(conversation_id), min(dialogue), '', '', '', '', '', '',
       NULL, NULL, NULL, min(at), 0, '', '', '' FROM answer
       WHERE session_id NOT IN (SELECT id FROM session) GROUP BY session_id""",
    """UPDATE session SET invitation_id = (SELECT min(id) FROM invitation WHERE session_id = session.id)
       WHERE id IN (SELECT session_id FROM invitation)""",
    """UPDATE session SET order_ref = (SELECT order_ref FROM invitation WHERE invitation.id = invitation_id)
       WHERE invitation_id IS NOT NULL AND person_id IN (SELECT id FROM person WHERE erased = 0)""",
)


class Past:
    """What the facts come to, one after the other. Only walks that go on are held in memory."""

    def __init__(self) -> None:
        self.tallies: Counter[tuple[str, ...]] = Counter()
        self.metrics: set[tuple[str, str, str]] = set()  # dialogue, question, metric
        self.later: list[dict[str, Any]] = []  # answers that count on another day than that of their row
        self._open: dict[int, dict[str, Any]] = {}
        self._first: dict[
            int, dict[str, tuple[str, str]]
        ] = {}  # question -> day and wording, of walks that go on
        self._skipped: dict[int, set[str]] = {}
        self._last: dict[int, tuple[int, int]] = {}  # conversation -> walk that ended last, and when
        self._rows: list[dict[str, Any]] = []

    def take(
        self, at: int, kind: str, body: str, person: int | None, place: int | None, case: int | None
    ) -> None:
        """Take the next fact."""
        if kind not in ("Invited", "Started", "Answered", "Corrected", "Skipped", "Ended", "CaseOpened"):
            return
        fact, day = json.loads(body), day_of(at)
        match kind:
            case "Invited":
                self._count(day, "invited", fact)
            case "Started":
                self._count(day, "started", fact)
                self._begin(fact, at, person, place)
            case "Skipped":
                self._ask(fact, at, "skipped")
                self._skipped.setdefault(fact["session"], set()).add(fact["question"])
            case "Answered":
                self._answer(fact, at, day)
            case "Corrected":
                self._correct(fact)
            case "Ended":
                if fact["how"] == "finished":
                    self._count(day, "finished", fact)
                    if fact.get("invited"):
                        self._count(day, "finished_invited", fact)
                self._end(fact, at, place)
            case "CaseOpened":
                what = (fact["category"], fact["kind"], fact["severity"])
                self.tallies[day, "case", "", fact.get("touchpoint", ""), "", "", "", "", *what] += 1
                walk, ended = self._last.get(place or 0, (0, 0))
                if ended == at and case is not None:
                    self._lead(walk, case)

    def end(self) -> None:
        """Write what is left."""
        self._rows += self._open.values()
        self._write()

    # walks

    def _begin(self, fact: dict[str, Any], at: int, person: int | None, place: int | None) -> None:
        self._open[fact["session"]] = {
            "id": fact["session"],
            "person_id": person,
            "conversation_id": place,
            "dialogue": fact["dialogue"],
            "revision": fact["revision"],
            "language": "",
            "order_ref": "",
            "touchpoint": fact.get("touchpoint", ""),
            "party": "",
            "product": "",
            "invitation_id": None,
            "origin_id": None,
            "case_id": None,
            "started": at,
            "ended": 0,
            "outcome": "",
            "how": "",
            "asked": "",
        }
        self._first[fact["session"]] = {}

    def _ask(self, fact: dict[str, Any], at: int, state: str) -> None:
        """Each question was asked when the one before was done, as far as anybody knows."""
        walk = self._open.get(fact["session"])
        if walk is not None:
            lines = walk["asked"].splitlines()
            since = lines[-1].split()[2] if lines else walk["started"]
            walk["asked"] += f"{fact['question']} {since} {at} {state}\n"

    def _end(self, fact: dict[str, Any], at: int, place: int | None) -> None:
        session = fact["session"]
        self._first.pop(session, None)
        self._skipped.pop(session, None)
        if place is not None:
            self._last[place] = session, at
        if walk := self._open.pop(session, None):
            self._rows.append(walk | {"ended": at, "outcome": fact["outcome"], "how": fact["how"]})
            if len(self._rows) >= AT_ONCE:
                self._write()

    def _lead(self, session: int, case: int) -> None:
        for walk in self._rows:
            if walk["id"] == session:
                walk["case_id"] = case
                return
        op.get_bind().execute(
            sa.text("UPDATE session SET case_id = :case_id WHERE id = :id"), {"case_id": case, "id": session}
        )

    def _write(self) -> None:
        if self._rows:
            op.get_bind().execute(insert("session", tuple(self._rows[0])), self._rows)
            self._rows = []

    # counts

    def _count(self, day: str, measure: str, fact: dict[str, Any]) -> None:
        self.tallies[
            day, measure, fact["dialogue"], fact.get("touchpoint", ""), "", "", "", "", "", "", ""
        ] += 1

    def _answer(self, fact: dict[str, Any], at: int, day: str) -> None:
        session, question = fact["session"], fact["question"]
        self._ask(fact, at, "answered")
        self._values(day, fact, fact["wording"], fact["value"], 1)
        self.metrics.add((fact["dialogue"], question, fact["metric"]))
        if session in self._first:
            self._first[session][question] = day, fact["wording"]
        if question in self._skipped.get(session, ()):
            self.later.append({"day": day, "session_id": session, "question": question})

    def _correct(self, fact: dict[str, Any]) -> None:
        known = self._first.get(fact["session"], {})
        day, wording = known.get(fact["question"], (day_of(fact["first_at"]), fact["wording"]))
        self._values(day, fact, wording, fact["old"], -1)
        self._values(day, fact, fact["wording"], fact["value"], 1)
        known[fact["question"]] = day, fact["wording"]

    def _values(self, day: str, fact: dict[str, Any], wording: str, value: Any, by: int) -> None:
        if value is None:
            return
        where = (fact["dialogue"], fact.get("touchpoint", ""), "", "", "", wording)
        for one in value if isinstance(value, list) else [value]:
            self.tallies[day, "answer", *where, fact["question"], fact["metric"], str(one)] += by


def mark_answers(past: Past) -> None:
    """Say of each answer on which day it counts, and for which metric."""
    bind = op.get_bind()
    first, last = bind.execute(sa.text("SELECT min(at), max(at) FROM answer WHERE at > 0")).one()
    if first is None:
        return
    day = date.fromisoformat(day_of(first))
    while (begin := midnight(day)) <= last:
        bind.execute(
            sa.text("UPDATE answer SET day = :day WHERE at >= :begin AND at < :end"),
            {"day": day.isoformat(), "begin": begin, "end": midnight(day + timedelta(days=1))},
        )
        day += timedelta(days=1)
    if past.later:
        bind.execute(
            sa.text("UPDATE answer SET day = :day WHERE session_id = :session_id AND question = :question"),
            past.later,
        )
    for dialogue, question, metric in sorted(past.metrics):
        if metric:
            bind.execute(
                sa.text(
                    "UPDATE answer SET metric = :metric WHERE dialogue = :dialogue AND question = :question"
                ),
                {"metric": metric, "dialogue": dialogue, "question": question},
            )


def repeated() -> Counter[tuple[str, ...]]:
    """Answers that the same person gave again, with the day of the next one."""
    counts: Counter[tuple[str, ...]] = Counter()
    rows = read(
        """SELECT answer.person_id, answer.dialogue, question, day, touchpoint, wording, metric, value
           FROM answer JOIN session ON session.id = session_id
           WHERE value <> 'null' ORDER BY answer.person_id, answer.dialogue, question, at, session_id"""
    )
    for (_, dialogue, question), answers in groupby(rows, lambda row: tuple(row[:3])):
        for one, later in pairwise(answers):
            day, touchpoint, wording, metric, value = one[3:]
            counts[day, later[3], dialogue, touchpoint, "", "", "", wording, question, metric, value] += 1
    return counts


# -- pieces ---------------------------------------------------------------------------------------------------------


def zone() -> Any:
    """The organisation's: whoever migrates names it."""
    config = op.get_context().config
    return config.attributes["zone"] if config else UTC


@cache
def day_of_quarter(quarter: int) -> str:
    """The day of a quarter of an hour."""
    return datetime.fromtimestamp(quarter * 900, UTC).astimezone(zone()).date().isoformat()


def day_of(at: int) -> str:
    """The day of a moment in UTC microseconds."""
    return day_of_quarter(at // 900_000_000)


def midnight(day: date) -> int:
    """When a day begins, in UTC microseconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone()).timestamp()) * 1_000_000


def read(statement: str) -> Iterator[Any]:
    """The rows, a part at a time."""
    return iter(op.get_bind().execute(sa.text(statement).execution_options(yield_per=AT_ONCE)))


def insert(table: str, columns: tuple[str, ...]) -> sa.TextClause:
    """Insert rows by the names of their columns; all of these are words of ours."""
    return sa.text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES (:{', :'.join(columns)})")


def write(table: str, columns: tuple[str, ...], counts: Counter[tuple[str, ...]]) -> None:
    """Write counts; what comes to nothing is left out."""
    rows = [dict(zip(columns, key, strict=True)) | {"count": n} for key, n in sorted(counts.items()) if n]
    statement = insert(table, (*columns, "count"))
    for start in range(0, len(rows), AT_ONCE):
        op.get_bind().execute(statement, rows[start : start + AT_ONCE])
