"""The linear model: of the sentences in the repository, fair on messages it never saw, calm with anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.search.words import fold
from processors.understanding.features import PLACES, features
from processors.understanding.linear import INTENTS, LinearModel, linear_model
from processors.understanding.sentences import Sentence, digest, sentences
from processors.understanding.training import train

EVAL = Path(__file__).parents[2] / "eval"
Pairs = Sequence[tuple[str, str]]


def labelled() -> list[dict[str, str]]:
    files = sorted(EVAL.glob("nlu.*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def macro_f1(pairs: Pairs) -> float:
    scores = []
    for intent in INTENTS:
        hits = sum(gold == got == intent for gold, got in pairs)
        named = sum(gold == intent for gold, _ in pairs) + sum(got == intent for _, got in pairs)
        scores.append(2 * hits / named if named else 1.0)
    return sum(scores) / len(scores)


def test_the_stored_weights_are_of_the_sentences_in_the_repository() -> None:
    assert linear_model().trained_on == digest(sentences())


def test_no_row_of_the_evaluation_was_learned() -> None:
    learned = {fold(s.text) for s in sentences()}
    # A greeting is a greeting; what has three words or more is somebody's sentence.
    asked = {fold(row["text"]) for row in labelled() if len(row["text"].split()) >= 3}
    assert not learned & asked


def test_messages_of_another_author_are_understood() -> None:
    pairs = [(row["intent"], linear_model().guess(row["text"]).intent) for row in labelled()]
    assert macro_f1(pairs) >= 0.85


@pytest.mark.parametrize("voice", ["indirect", "dialect", "young"])
def test_a_voice_never_heard_is_understood_more_often_than_not(voice: str) -> None:
    known: list[Sentence] = [s for s in sentences() if s.voice != voice]
    model = train(known)
    pairs = [(s.intent, model.guess(s.text).intent) for s in sentences() if s.voice == voice]
    assert macro_f1(pairs) >= 0.5


def test_training_and_storing_are_repeatable() -> None:
    few = sentences()[::20]
    first, second = train(few), train(few)
    assert first.to_json() == second.to_json()
    assert LinearModel.from_json(json.loads(json.dumps(first.to_json()))) == first


@settings(deadline=None)
@given(st.text(max_size=800))
def test_any_text_gets_shares_that_add_up(text: str) -> None:
    guess = linear_model().guess(text)
    assert sum(guess.intents.values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for share in (*guess.intents.values(), guess.human))
    assert all(0 <= place < PLACES for place in features(text))


def test_a_sentence_file_that_cannot_be_read_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_text("@ plain\n[no_such_intent]\nciao\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"it\.txt:2"):
        sentences(tmp_path)
    (tmp_path / "it.txt").write_text("ciao\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"it\.txt:1"):
        sentences(tmp_path)
