"""The built-in scenarios are well-formed, and what they expect is judged rightly."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from processors.scenarios.runner import unmet
from processors.scenarios.scripts import Expectation, Scenario, Step, load_scenarios
from processors.simulation import SimulatedReply, SimulatedTurn, read_message, tap_message, text_message

ANY_ID = UUID(int=1)


def turn(
    *bodies: dict[str, Any], intent: str | None = "order_request", language: str | None = "it"
) -> SimulatedTurn:
    """An answered message with these bubbles."""
    return SimulatedTurn(
        conversation_id=ANY_ID,
        turn_id=ANY_ID,
        intent=intent,
        language=language,
        replies=tuple(SimulatedReply(message_id=ANY_ID, body=body, would_send=None) for body in bodies),
        timings_ms={"total": 1},
    )


OFFER = {
    "kind": "buttons",
    "text": "2 × Guinzaglio: 25,80 €",
    "buttons": [{"id": "order:confirm:1", "title": "Conferma"}, {"id": "order:edit:1", "title": "Modifica"}],
}


def test_there_are_at_least_twelve_and_each_says_what_it_is_about() -> None:
    scenarios = load_scenarios()
    assert len(scenarios) >= 12
    assert all(scenario.about.endswith(".") for scenario in scenarios)
    assert {scenario.speaker for scenario in scenarios} == {"customer", "dealer", "rider"}


@pytest.mark.parametrize("step", [{}, {"say": "a", "tap": "b"}, {"say": "a", "expect": {"intnet": "x"}}])
def test_a_malformed_step_is_refused(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Scenario.model_validate({"name": "x", "about": "y.", "steps": [step]})


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"intent": "order_request", "language": "it"},
        {"contains": ["GUINZAGLIO", "25,80 €", "conferma"], "types": ["buttons"]},
        {"contains": ["{product}"]},
        {"contains_any": ["nothing", "modifica"]},
        {"not_contains": ["errore"]},
    ],
)
def test_a_met_expectation(expect: dict[str, Any]) -> None:
    assert unmet(Expectation(**expect), turn(OFFER), {"product": "Guinzaglio"}) is None


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ({"intent": "general_chat"}, "intent is order_request"),
        ({"language": "en"}, "language is it"),
        ({"contains": ["collare"]}, "'collare' is missing"),
        ({"contains_any": ["x", "y"]}, "none of ('x', 'y')"),
        ({"not_contains": ["25,80"]}, "'25,80' is there"),
        ({"types": ["text"]}, "types are ('buttons',)"),
        ({"silent": True}, "there is an answer"),
    ],
)
def test_an_unmet_expectation_is_named(expect: dict[str, Any], problem: str) -> None:
    assert unmet(Expectation(**expect), turn(OFFER), {}) == problem


def test_no_answer_is_a_failure_unless_silence_is_expected() -> None:
    assert unmet(Expectation(), turn(), {}) == "there is no answer"
    assert unmet(Expectation(silent=True), turn(), {}) is None


def test_what_is_said_goes_through_the_real_parser() -> None:
    event = read_message("393470000001", text_message("ciao"))
    assert (event.type, event.content, event.sender.phone) == ("text", "ciao", "393470000001")
    tapped = read_message("393470000001", tap_message("order:confirm:1", "Conferma", is_row=False))
    assert tapped.payload["choice_id"] == "order:confirm:1"
    row = read_message("393470000001", tap_message("add:1", "Guinzaglio", is_row=True))
    assert row.payload["choice_title"] == "Guinzaglio"


def test_nobody_is_impersonated_by_the_message_object() -> None:
    event = read_message("393470000001", {**text_message("ciao"), "from": "393999", "from_user_id": "IT.1"})
    assert (event.sender.phone, event.sender.bsuid) == ("393470000001", None)


def test_a_step_has_defaults() -> None:
    assert Step(say="ciao").expect == Expectation()
