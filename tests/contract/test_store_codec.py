"""What is stored as JSON is read back the same, whatever people write, and refused when it is something else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.effects import Message
from conversations.facts import Answered, Ended, Fact, How
from conversations.session import Answer, Session, SessionId
from storage.codec import FACTS, Misshapen, clean, decode, decode_fact, encode, encode_fact

anything = st.text(st.characters(exclude_categories=()))  # lone surrogates and NUL included
text = anything.map(clean)
moments = st.integers(-(2**63), 2**63 - 1)
values = st.one_of(st.none(), st.integers(), text, st.lists(text).map(tuple))
answers = st.builds(
    Answer, values, text, st.lists(moments).map(tuple), text, moments, st.booleans(), text
)  # fmt: skip
sessions = st.builds(
    Session,
    id=moments.map(SessionId),
    dialogue=text,
    revision=text,
    state=text,
    started=moments,
    answers=st.dictionaries(text, answers, max_size=3),
    bindings=st.dictionaries(text, text, max_size=3),
    partial=st.none() | answers,
    reminded=st.booleans(),
    trail=st.lists(text, max_size=3).map(tuple),
)
facts = st.one_of(*(st.from_type(kind) for kind in FACTS.values()))


@given(st.lists(sessions, max_size=3).map(tuple))
def test_sessions_come_back_as_they_were(stack: tuple[Session, ...]) -> None:
    assert decode(tuple[Session, ...], encode(tuple[Session, ...], stack)) == stack
    assert decode(tuple[Session, ...], encode(tuple[Session, ...], stack, sparse=True)) == stack


def test_what_equals_its_default_need_not_be_written() -> None:
    assert encode(Answer, Answer(9, at=5), sparse=True) == '{"value":9,"at":5}'


@given(facts)
def test_facts_come_back_as_they_were_but_for_what_no_database_takes(fact: Fact) -> None:
    kind, stored = encode_fact(fact)
    assert encode_fact(decode_fact(kind, stored)) == (kind, stored)
    assert type(decode_fact(kind, stored)) is type(fact)


@given(anything)
def test_clean_text_is_valid_everywhere_and_clean_text_stays_itself(written: str) -> None:
    stored = clean(written)
    assert "\0" not in stored
    assert stored.encode().decode() == stored
    assert clean(stored) == stored
    assert len(stored) == len(written)
    assert decode(Answer, encode(Answer, Answer(written, written))) == Answer(stored, stored)


def test_a_fact_says_what_it_is_by_its_class() -> None:
    kind, stored = encode_fact(Ended(1, "survey", "thanks", How.FINISHED))
    assert kind == "Ended"
    assert '"how":"finished"' in stored


def test_a_field_that_an_older_program_did_not_know_takes_its_default() -> None:
    assert decode(Answer, '{"value":9}') == Answer(9)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ('{"value":1.5}', "value.int: Input should be a valid integer"),
        ('{"value":true}', "value.str: Input should be a valid string"),
        ('{"value":["secret",1]}', "1: Input should be a valid string"),
        ('{"words":null}', "words: Input should be a valid string"),
        ('{"colour":"secret"}', "colour: Unexpected keyword argument"),
        ('["secret"]', "Answer: Input should be an object"),
        ('{"words":"secret', "Invalid JSON"),
        ('{"attachments":["secret"]}', "attachments.0: Input should be a valid integer"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place_but_not_its_words(stored: str, said: str) -> None:
    with pytest.raises(Misshapen) as refused:
        decode(Answer, stored)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_missing_fields_are_named() -> None:
    with pytest.raises(Misshapen, match="dialogue: Field required; revision: Field required"):
        decode(Session, '{"id":1}')


def test_an_error_deep_inside_says_the_way_to_it() -> None:
    session = Session(SessionId(1), "survey", "h", "q", 0, answers={"q": Answer("x")})
    broken = encode(Session, session).replace('"skipped":false', '"skipped":0')
    with pytest.raises(Misshapen, match=r"answers\.q\.skipped: Input should be a valid boolean"):
        decode(Session, broken)


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(Misshapen, match="Teleported"):
        decode_fact("Teleported", "{}")


def test_an_answer_that_only_differs_in_a_default_is_another_one() -> None:
    one = Answered(1, "survey", "score", "scale", "nps", 9, "w")
    assert encode_fact(one) != encode_fact(replace(one, touchpoint="shop"))


def test_messages_with_enumerations_come_back_too() -> None:
    assert decode(Message, encode(Message, Message("<b>Hi</b>"))) == Message("<b>Hi</b>")
