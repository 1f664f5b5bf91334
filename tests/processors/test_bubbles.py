"""Bubbles are put together as long as they fit."""

from __future__ import annotations

from processors.bubbles import merged, with_first
from processors.model import Action, Button, Decision, Reply

YES = (Button(id="y", title="Sì"),)


def test_a_text_joins_the_bubble_after_it() -> None:
    replies = (Reply(text="Uno"), Reply(text="Due"), Reply(text="Tre?", kind="buttons", buttons=YES))
    assert merged(replies) == (Reply(text="Uno\n\nDue\n\nTre?", kind="buttons", buttons=YES),)


def test_what_does_not_fit_stays_apart() -> None:
    long = Reply(text="a" * 1000)
    asked = Reply(text="b" * 100, kind="buttons", buttons=YES)
    assert merged((long, asked)) == (long, asked)
    assert merged((asked, long)) == (asked, long)


def test_the_same_is_not_said_twice() -> None:
    asked = Reply(text="Confermi?", kind="buttons", buttons=YES)
    assert merged((asked, asked)) == (asked,)


def test_words_go_into_the_first_bubble() -> None:
    decision = Decision(replies=(Reply(text="Ciao"), Reply(text="Altro", kind="buttons", buttons=YES)))
    changed = with_first(decision, before="Prima", after="Dopo")
    assert changed is not None
    assert changed.replies[0].text == "Prima\n\nCiao\n\nDopo"
    assert changed.replies[1] == decision.replies[1]


def test_words_go_into_every_outcome_that_may_come_first() -> None:
    silent = Action(kind="cancel_order", args={}, outcomes={})
    action = Action(
        kind="propose_order", args={}, outcomes={"proposed": (Reply(text="A"),), "*": (Reply(text="B"),)}
    )
    changed = with_first(Decision(actions=(silent, action)), after="Nota")
    assert changed is not None
    assert changed.actions[0] == silent
    assert {name: r[0].text for name, r in changed.actions[1].outcomes.items()} == {
        "proposed": "A\n\nNota",
        "*": "B\n\nNota",
    }


def test_words_that_do_not_fit_or_have_no_bubble_are_kept_back() -> None:
    full = Reply(text="a" * 1020, kind="buttons", buttons=YES)
    assert with_first(Decision(replies=(full,)), after="Nota") is None
    assert with_first(Decision(), after="Nota") is None
    template = Reply(text="", kind="template", template={"name": "x", "language": "it"})
    assert with_first(Decision(replies=(template,)), after="Nota") is None
