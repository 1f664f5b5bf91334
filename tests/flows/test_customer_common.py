"""Common questions are read by the model once; what is answered comes from the database each time."""

from __future__ import annotations

from tests.flows.phone import Answer, Phone
from tests.flows.test_customer_model import Model, model

__all__ = ["model"]


async def _asks(model: Model, text: str, name: str = "Giulia Bianchi") -> tuple[Answer, str]:
    """The answer to a newcomer, and how the question was read."""
    newcomer = Phone(model.phone.services, model.phone.admin, name=name)
    answer = await newcomer.say(text)
    [call] = answer.decision.ai_calls
    return answer, call.outcome


async def test_the_second_who_asks_costs_nothing_and_hears_today_s_hours(model: Model) -> None:
    await model.control(answers=[_reading()] * 3)
    first, how = await _asks(model, "Ciao, a che ora aprite il sabato?")
    assert how == "ok"
    asked = len(await model.asked())
    second, how = await _asks(model, "a che ora aprite il sabato??", name="Piero Neri")
    assert how == "cached"
    assert len(await model.asked()) == asked
    assert "00:00" in second.text
    assert "00:00" in first.text
    calls = await model.phone.rows("select cost_usd, input_tokens from ai_calls where outcome = 'cached'")
    assert [(float(row["cost_usd"]), row["input_tokens"]) for row in calls] == [(0.0, 0)]
    assert await model.phone.value("select hits from common_questions") == 1
    # The hours change: what was read is read anew, and what is said is new.
    await model.phone.admin.execute('update businesses set hours = hours || \'{"sat": ["10:15", "12:45"]}\'')
    third, how = await _asks(model, "a che ora aprite il sabato?")
    assert how == "ok"
    assert "10:15" in third.text


async def test_what_is_about_somebody_s_own_order_is_never_kept(model: Model) -> None:
    await model.control(answers=[_reading(intent="support_request")] * 8)
    for text in ("quando consegnate il mio pacco?", "how do I pay my order?", "avete ricevuto i 50 euro?"):
        newcomer = Phone(model.phone.services, model.phone.admin)
        await newcomer.say(text)
    assert await model.phone.value("select count(*) from common_questions") == 0


async def test_such_a_question_is_read_without_the_talk_around_it(model: Model) -> None:
    await model.control(answers=[_reading()] * 3)
    newcomer = Phone(model.phone.services, model.phone.admin)
    await newcomer.say("raccontami la favola della volpe e dell'uva")
    await newcomer.say("a che ora chiudete stasera?")
    bodies = [entry["body"] for entry in await model.asked() if entry["path"].endswith("completions")]
    assert "volpe" in str(bodies[0])
    assert "volpe" not in str(bodies[-1])


def _reading(**changes: object) -> dict[str, object]:
    return {
        "language": "it",
        "intent": "general_chat",
        "confidence": 0.9,
        "cart_action": "none",
        "items": [],
        "search_query": None,
        "needs_human": False,
        "human_reason": "none",
        "reply": "Eccoci!",
    } | changes
