"""A dialogue: what an author writes in TOML, as frozen values. `parse.py` reads it, `talk/walk.py` steps through it.

A complete example. Every text is a table of language tags (`ask.en`, `ask.de`, optionally `ask.de-formal`) and may use
`{{ person.name }}`, `{{ organisation }}`, `{{ answers.score }}` (the answer in words, empty if none) and every binding
by its name (`{{ order }}`). Texts of questions and outcomes are neutral markup (`b i code a blockquote br`); labels,
options and titles are plain.

    title.en = "Your purchase"                # shown where several dialogues are listed
    title.de = "Dein Einkauf"
    start = "score"                           # the first question
    needs = ["order"]                         # bindings without which it cannot begin
    may = ["touchpoint", "category"]          # bindings it may be given; empty where they are not

    [settings]                                # all optional
    purpose = "survey"                        # survey, complaint, praise, idea, question, solution or other
    buttons = ["back", "skip", "cancel"]      # also correct, human, help, language, complain, status
    remind_after = "PT24H"                    # default: the configuration's; "" for never
    expire_after = "P3D"

    [questions.score]
    type = "scale"                            # a file in conversations/questions
    metric = "nps"                            # nps, csat, ces: what the digest counts
    min = 0                                   # keys of the type, see its file
    max = 10
    low.en = "not at all"
    high.en = "certainly"
    label.en = "Recommendation"               # short name in summaries and on case cards; without it: not shown there
    ask.en = "Hi {{ person.name }}, how likely are you to recommend us?"
    next = [                                  # the first rule that holds wins; the last one has no condition
        { at_most = 6, goto = "reason" },
        { at_least = 9, binding = "touchpoint", is = "shop", goto = "comment" },
        { goto = "reason" },
    ]

    [questions.reason]
    type = "choice"
    given = "category"                        # a binding that answers it: it is then not asked
    ask.en = "What is the main reason?"
    options.quality.en = "Quality"
    options.delivery.en = "Delivery"
    next = [{ is = "delivery", question = "reason", goto = "comment" }, { goto = "comment" }]

    [questions.comment]
    type = "text"
    optional = true                           # may be skipped
    ask.en = "Anything else?"
    next = [{ question = "score", at_most = 6, goto = "unhappy" }, { goto = "done" }]   # or: next = "done"

    [outcomes.done]                           # says, and the dialogue is finished
    say.en = "Thank you!"

    [outcomes.unhappy]                        # asks yes or no; the person decides
    say.en = "I am sorry. Shall a colleague look into it?"
    yes.en = "Yes, please"                    # optional labels of the two buttons
    no.en = "No, thanks"
    declined.en = "All right. Thank you!"     # said after a no
    offer_case = { dialogue = "complaint", category = "reason", words = ["comment"], order = "order" }

Rules know these keys: `question` (default: this one), `is`, `not`, `at_least`, `at_most`, `one_of`, `has` (of several
choices), `skipped` (true or false), `language`, `binding` (is it known? with `is`: has it this value?),
`all = [{...}, {...}]` and `goto`. Several keys in one rule must all hold; beside `binding`, `is` speaks of the binding.
Yes/no questions answer "yes" or "no".

An outcome may have one of:
    open_case = { kind = "complaint", category = "about", severity = "high", order = "order", remedy = "remedy",
                  words = ["what", "more"], product = "...", touchpoint = "..." }
    offer_case = { dialogue = "complaint", NAME = SOURCE, ... }     # a yes begins it with these bindings
    begin = "other"   or   begin = { dialogue = "other", NAME = SOURCE, ... }
    decide_case = { accepted = true, words = ["reason"] }           # needs the binding "case"
    hand_over = true                                                # a human takes over
A SOURCE is the id of a question, the name of a binding, or else a literal; a list joins several, line by line.
Bindings called order, touchpoint, product and party are passed on by themselves.

    [moves]                                   # for sessions of an earlier revision: old state -> state here
    feedback = "comment"
"""

import json
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from hashlib import sha256

from conversations.definition.rules import Rule, Situation
from conversations.frozen import frozen
from conversations.kinds import CaseKind
from conversations.machine import StateTable
from conversations.question import Prompt, Question
from conversations.texts.texts import Rich, Texts

NEXT = "next"
"""The one trigger of a dialogue's machine: the question of the state was answered or skipped."""

PURPOSES = ("survey", "complaint", "praise", "idea", "question", "solution", "other")
BUTTONS = ("back", "skip", "cancel", "correct", "human", "help", "language", "complain", "status")
METRICS = ("nps", "csat", "ces")
CASE_KINDS = tuple(CaseKind)
CARRIED = ("order", "touchpoint", "product", "party")
"""Bindings that are passed on from one dialogue to the next, and to a case."""


class SourceKind(StrEnum):
    """What gives a value."""

    QUESTION = "question"
    BINDING = "binding"
    LITERAL = "literal"  # the name itself is the value


@frozen
class ValueSource:
    """Where a value comes from."""

    kind: SourceKind
    name: str


Sources = tuple[ValueSource, ...]


@frozen
class CasePlan:
    """Open a case; `fields` are those of `effects.OpenCase`."""

    kind: CaseKind
    fields: Mapping[str, Sources] = field(default_factory=dict)


@frozen
class Beginning:
    """Begin another dialogue with these bindings."""

    dialogue: str
    bindings: Mapping[str, Sources] = field(default_factory=dict)


@frozen
class Decision:
    """Accept or refuse the proposed solution of the case that is bound."""

    accepted: bool
    words: Sources = ()


@frozen
class Outcome:
    """An end. `says`: whether there is a text; `then`: what follows, None to just finish.

    `hand_over` calls a human.
    """

    id: str
    says: bool = False
    then: CasePlan | Beginning | Decision | None = None
    hand_over: bool = False


@frozen
class Behaviour:
    """How a dialogue behaves. Durations in microseconds; None takes the configuration's, 0 means never."""

    purpose: str = "other"
    buttons: tuple[str, ...] = ()
    remind_after: int | None = None
    expire_after: int | None = None


@frozen
class Presentation:
    """A question as it is shown: its prompt, and the points and the note below its text.

    `named` maps normalised button labels to keys: every reply in words is looked up there.
    """

    prompt: Prompt
    below: Rich
    named: Mapping[str, str]


@frozen
class Dialogue:
    """One revision of a dialogue. `definition` is its canonical JSON, `revision` the hash of that.

    `texts` has the keys `title`, `questions.<id>.ask`, `.label`, `.options.<id>`, ... and `outcomes.<id>.say`.
    `looks` caches those that are the same for all readers of a language, by the system's texts, question and language;
    `asking.py` fills it.
    """

    name: str
    revision: str
    definition: str
    start: str
    questions: Mapping[str, Question]
    outcomes: Mapping[str, Outcome]
    rules: Mapping[str, tuple[Rule, ...]]
    texts: Texts
    table: StateTable[Situation]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    settings: Behaviour = Behaviour()
    moves: Mapping[str, str] = field(default_factory=dict)
    looks: dict[tuple[Texts, str, str], Presentation] = field(default_factory=dict, repr=False, compare=False)
    _wordings: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def bindings(self) -> tuple[str, ...]:
        """The names of all its bindings."""
        return (*self.needs, *self.may)

    @property
    def reason(self) -> str:
        """The question asking for the reason: the source of the category, else the first choice; empty for none."""
        begun = (outcome.then for outcome in self.outcomes.values())
        sources = [then.bindings.get("category", ()) for then in begun if isinstance(then, Beginning)]
        named = [source.name for group in sources for source in group if source.kind is SourceKind.QUESTION]
        choices = [one.id for one in self.questions.values() if one.options and not one.metric]
        return next((one for one in (*named, *choices) if one in choices), "")

    def title(self, language: str) -> str:
        """Return the title; the name where it has none."""
        return self.texts.plain("title", language) if "title" in self.texts else self.name

    def wording(self, question: str, language: str) -> str:
        """Return the hash of what a person with this language reads: the question's text and its options."""
        known = self._wordings.get((question, language))
        if known is None:
            known = self._wordings[question, language] = self._wording(question, language)
        return known

    def _wording(self, question: str, language: str) -> str:
        keys = [key for key in self.texts.entries if key.startswith(f"questions.{question}.")]
        seen = [language.split("-", maxsplit=1)[0], *(self.texts.source(key, language) for key in keys)]
        return digest(json.dumps(seen, ensure_ascii=False))


def canonical(data: Mapping[str, object]) -> str:
    """Return the canonical JSON of a definition. It keeps the order, in which options are shown."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()[:16]
