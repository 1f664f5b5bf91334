"""What a conversation waits for, as JSON and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from processors.customer.session import MOST_QUESTIONS, Proposal, Question, Session


def test_it_survives_the_database() -> None:
    question = Question(
        kind="product", mention="guinzaglio", quantity=2, variant={"taglia": "M"}, options=(uuid4(), uuid4())
    )
    session = Session(
        proposal=Proposal(relay_id=uuid4(), total=Decimal("55.80")),
        questions=(question,),
        shown=(uuid4(),),
        unclear=1,
        rest={"other": 1},
    )
    assert Session.from_json(json.loads(json.dumps(session.to_json()))) == session
    assert session.without(question).questions == ()


@pytest.mark.parametrize(
    "own",
    [
        None,
        [],
        {"proposal": {"relay_id": "x", "total": "1"}},
        {"proposal": {"relay_id": str(uuid4()), "total": "free"}},
        {"questions": [{"kind": "marriage"}]},
        {"questions": "all"},
        {"shown": [1]},
        {"unclear": "many"},
    ],
)
def test_what_cant_be_read_is_nothing(own: Any) -> None:
    assert Session.from_json({"customer": own, "other": 1}) == Session(rest={"other": 1})


def test_questions_are_bounded() -> None:
    question = Question(kind="quantity", mention="x", quantity=1, variant={}, options=(uuid4(),))
    stored = Session(questions=(question,) * 30).to_json()
    assert len(stored["customer"]["questions"]) == MOST_QUESTIONS
