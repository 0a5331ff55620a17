"""A past in the database: people who answer the same questions again and again, and correct and withdraw answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from conversations.events import Instant
from conversations.facts import Answered, Corrected, Fact, Started
from conversations.session import Answer, ConversationId, PersonId, Value
from conversations.tallies import DayKey, answer_keys, day_of
from storage.interface.answers import AnswerRow
from storage.interface.facts import FactRow
from storage.store import SqlTransaction
from tests.stores import BERLIN, NOW, ids


@dataclass
class Given:
    """What somebody has answered to a question in a walk, as it is now."""

    person: int
    fact: Answered | Corrected
    at: Instant


@dataclass
class Past:
    """What happened in one example: every answer as it is now, in a dialogue of its own."""

    dialogue: str = field(default_factory=lambda: f"survey-{next(ids)}")
    now: Instant = NOW
    language: str = "de"
    given: dict[tuple[int, str], Given] = field(default_factory=dict)
    walks: dict[tuple[int, int], int] = field(default_factory=dict)
    people: dict[int, PersonId] = field(default_factory=dict)

    async def turn(self, tx: SqlTransaction, acts: Sequence[tuple[int, int, str, Value, str]]) -> None:
        """Several answers in one commit, as a busy turn has them."""
        facts: list[tuple[int, Fact]] = []
        kept: dict[tuple[int, str], AnswerRow] = {}
        for person, walk, question, value, wording in acts:
            if (person, walk) not in self.walks:
                self.walks[person, walk] = next(ids)
                began = Started(
                    self.walks[person, walk], self.dialogue, "r", self.place(walk), language=self.language
                )
                facts.append((person, began))
            session = self.walks[person, walk]
            before = self.given.get((session, question))
            fact: Answered | Corrected
            if before is None or (before.fact.value is None and before.at < self.now):
                fact = Answered(
                    session,
                    self.dialogue,
                    question,
                    "t",
                    "nps",
                    value,
                    wording,
                    self.place(walk),
                    language=self.language,
                )
                at = self.now
            else:
                was = before.fact.wording if before.fact.wording != wording else ""
                fact = Corrected(
                    session,
                    self.dialogue,
                    question,
                    "t",
                    "nps",
                    before.fact.value,
                    value,
                    wording,
                    before.at,
                    self.place(walk),
                    language=self.language,
                    was=was,
                )
                at = before.at
            facts.append((person, fact))
            self.given[session, question] = Given(person, fact, at)
            answer = Answer(value, wording=wording, at=at)
            kept[session, question] = AnswerRow(
                session, self.dialogue, question, self.person(person), ConversationId(1), answer, "nps"
            )
        await tx.facts.record([FactRow(next(ids), self.now, fact, self.person(one)) for one, fact in facts])
        await tx.answers.keep(list(kept.values()))

    def person(self, number: int) -> PersonId:
        return self.people.setdefault(number, PersonId(next(ids)))

    @staticmethod
    def place(walk: int) -> str:
        return ("shop", "web")[walk % 2]

    def last(self, first: str, last: str) -> dict[DayKey, int]:
        """The slow way: of everybody and each question the last answer in a window."""
        latest: dict[tuple[int, str], Given] = {}
        for (_, question), one in sorted(self.given.items(), key=lambda pair: (pair[1].at, pair[0][0])):
            if one.fact.value is not None and first <= day_of(one.at, BERLIN) <= last:
                latest[one.person, question] = one
        counts: Counter[DayKey] = Counter()
        for one in latest.values():
            day = day_of(one.at, BERLIN)
            counts.update(answer_keys(one.fact, day, one.fact.value, one.fact.wording))
        return dict(counts)
