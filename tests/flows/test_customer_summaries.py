"""A talk in a few words: the customer's own without a model, the model's with one, and nobody's numbers."""

from __future__ import annotations

from processors.summaries.service import summarize_once
from tests.flows.phone import Phone
from tests.flows.test_customer_model import Model, model

__all__ = ["model"]


async def test_without_a_model_it_quotes_and_counts(phone: Phone) -> None:
    await phone.say("ciao")
    await phone.say("avete uno shampoo secco per un cane che si gratta?")
    await phone.say("la mia carta è 4111 1111 1111 1111, scrivetemi a gina@example.com")
    await phone.tap(await phone.add_id("T06"))
    for _ in range(2):
        await phone.say("a che ora chiudete stasera?")
    assert await summarize_once(phone.services) == 1
    summary = await phone.value("select summary from whatsapp_conversations where phone = $1", phone.number)
    assert "«avete uno shampoo secco per un cane che si gratta?»" in summary
    assert "Nel carrello: 1 × " in summary
    assert "4111" not in summary
    assert "gina" not in summary
    assert await summarize_once(phone.services) == 0


async def test_the_model_s_words_are_kept_and_given_to_the_next_turn(model: Model) -> None:
    answers: list[object] = [_chat() for _ in range(6)]
    answers.append(
        {
            "summary": "Cerca uno shampoo. Chiamare il 347 123 4567.",
            "preferences": ["cane piccolo"],
            "open_issues": [],
        }
    )
    await model.control(answers=[*answers, _chat()])
    for n in range(6):
        await model.phone.say(f"raccontami la storia numero {n} del negozio")
    assert await summarize_once(model.phone.services) == 1
    await model.phone.say("e poi che cosa è successo al negozio?")
    asked = [entry["body"] for entry in await model.asked() if entry["path"].endswith("completions")]
    assert "Preferenze: cane piccolo." in asked[-1]["messages"][1]["content"]
    assert "347" not in asked[-1]["messages"][1]["content"]
    calls = await model.calls()
    assert [c["purpose"] for c in calls].count("summary") == 1


async def test_a_model_that_fails_leaves_the_customer_s_own_words(model: Model) -> None:
    await model.control(case="refusal")
    for n in range(6):
        await model.phone.say(f"raccontami la storia numero {n} del negozio")
    assert await summarize_once(model.phone.services) == 1
    summary = await model.phone.value(
        "select summary from whatsapp_conversations where phone = $1", model.phone.number
    )
    assert "raccontami la storia" in summary
    made_by = await model.phone.value("select made_by from conversation_summaries")
    assert made_by == "words"


def _chat() -> dict[str, object]:
    return {
        "language": "it",
        "intent": "general_chat",
        "confidence": 0.9,
        "cart_action": "none",
        "items": [],
        "search_query": None,
        "needs_human": False,
        "human_reason": "none",
        "reply": "Volentieri!",
    }
