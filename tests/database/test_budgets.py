"""What a model may cost on a day: counted and refused in one place, however many ask at once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.database.engine import BUSINESS, CUSTOMER, Engine, message, together

pytestmark = pytest.mark.database
BUSINESS_ID = uuid.UUID(BUSINESS)
USUAL = {
    "model_usd_per_day": "1",
    "model_calls_per_day": "1000",
    "contact_model_usd_per_day": "0.10",
    "contact_model_calls_per_day": "100",
}


async def begin(engine: Engine, contact: uuid.UUID | None, **limits: str) -> dict[str, Any]:
    found: dict[str, Any] = await engine.call("begin_model_call", BUSINESS_ID, contact, USUAL | limits)
    return found


async def contact(engine: Engine, phone: str = CUSTOMER) -> uuid.UUID:
    await engine.answer("ciao", "ciao", sender=phone)
    return uuid.UUID(
        str(await engine.value("select contact_id from whatsapp_conversations where phone = $1", phone))
    )


def call(cost: str, purpose: str = "turn") -> dict[str, Any]:
    return {"purpose": purpose, "model": "m", "outcome": "ok", "cost_usd": cost}


async def test_of_many_calls_at_once_exactly_as_many_pass_as_the_budget_has(engine: Engine) -> None:
    people = [await contact(engine, f"39347000000{n}") for n in range(3)]
    answers = await together(*(begin(engine, people[n % 3], model_calls_per_day="12") for n in range(40)))
    assert sum(a["allowed"] for a in answers) == 12
    assert [a.get("over") for a in answers].count("business") == 28
    assert sum(bool(a.get("warn")) for a in answers) == 1, "the warning is said once"
    assert sum(bool(a.get("first")) for a in answers) == 1


async def test_one_contact_spends_their_own_budget_and_nobody_else_s(engine: Engine) -> None:
    greedy, modest = await contact(engine), await contact(engine, "393470000009")
    for _ in range(2):
        assert (await begin(engine, greedy, contact_model_calls_per_day="2"))["allowed"]
    refused = await begin(engine, greedy, contact_model_calls_per_day="2")
    assert (refused["allowed"], refused["over"], refused["first"]) == (False, "contact", True)
    assert (await begin(engine, greedy, contact_model_calls_per_day="2"))["first"] is False
    assert (await begin(engine, modest, contact_model_calls_per_day="2"))["allowed"]


async def test_what_turns_cost_is_charged_with_them_and_ends_the_day_at_the_limit(engine: Engine) -> None:
    somebody = await contact(engine)
    assert (await begin(engine, somebody, contact_model_usd_per_day="9"))["warn"] is False
    await engine.answer("uno", "1", ai_calls=[call("0.50"), call("0.31")])
    warned = await begin(engine, somebody, contact_model_usd_per_day="9")
    # Support was told when it was charged.
    assert (warned["allowed"], warned["warn"]) == (True, False)
    assert await engine.value("select count(*) from notifications where kind = 'model_budget'") == 1
    await engine.answer("due", "2", ai_calls=[call("0.19")])
    assert (await begin(engine, somebody, contact_model_usd_per_day="9"))["over"] == "business"
    [row] = await engine.rows("select calls, cost_usd from model_spend where contact_id is null")
    assert (row["calls"], str(row["cost_usd"])) == (2, "1.000000")
    assert str(await engine.value("select sum(cost_usd) from ai_calls")) == "1.000000"


async def test_a_call_is_paid_for_though_a_person_answers(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [turn] = await engine.claim()
    await engine.admin.execute("update whatsapp_conversations set owner = 'human'")
    assert (await engine.finish(turn, "ciao", ai_calls=[call("0.02")]))["status"] == "silenced"
    assert str(await engine.value("select cost_usd from model_spend where contact_id is null")) == "0.020000"


async def test_the_business_s_own_limits_go_before_the_usual_and_its_midnight_begins_anew(
    engine: Engine,
) -> None:
    somebody = await contact(engine)
    await engine.admin.execute(
        "update businesses set limits = limits || '{\"model_calls_per_day\": 1}' where id = $1", BUSINESS_ID
    )
    assert (await begin(engine, somebody))["allowed"]
    assert (await begin(engine, somebody))["over"] == "business"
    # Where it is still, or already, another day.
    await engine.admin.execute(
        "update businesses set timezone = case when (now() at time zone 'Pacific/Kiritimati')::date = "
        "(now() at time zone timezone)::date then 'Pacific/Pago_Pago' else 'Pacific/Kiritimati' end"
    )
    assert (await begin(engine, somebody))["allowed"]


async def test_a_limit_of_nothing_is_no_model(engine: Engine) -> None:
    assert (await begin(engine, None, model_usd_per_day="0"))["over"] == "business"


async def test_vectors_of_products_are_charged_to_whose_they_are(engine: Engine) -> None:
    products = [uuid.UUID(await engine.product(sku)) for sku in ("C07", "C17")]
    foreign = await engine.value(
        "with b as (insert into businesses (name, slug) values ('Altra', 'altra') returning id) insert into products "
        "(business_id, sku, name, price, currency) select id, 'X1', 'x', 1, 'EUR' from b returning id"
    )
    spent = call("0.000030", "embedding") | {"input_tokens": 1500}
    await engine.call("record_embedding", [*products, foreign], spent)
    rows = await engine.rows("select business_id, cost_usd, input_tokens from ai_calls order by cost_usd")
    assert [(str(row["cost_usd"]), row["input_tokens"]) for row in rows] == [
        ("0.000010", 500),
        ("0.000020", 1000),
    ]
    assert rows[1]["business_id"] == BUSINESS_ID
    assert (
        str(await engine.value("select cost_usd from model_spend where business_id = $1", BUSINESS_ID))
        == "0.000020"
    )


async def test_support_is_told_once_a_day_that_little_is_left_and_the_page_shows_it(engine: Engine) -> None:
    somebody = await contact(engine)
    await begin(engine, somebody, contact_model_usd_per_day="9")
    assert await engine.call("model_allowed", BUSINESS_ID) is True
    # Whatever the money went for: listening and vectors count as talking does.
    for purpose in ("transcription", "embedding", "turn"):
        await engine.answer("uno", "1", ai_calls=[call("0.30", purpose)])
    pushes = await engine.rows("select audience, data from notifications where kind = 'model_budget'")
    assert [row["audience"] for row in pushes] == ["support"]
    assert '"percent": 90' in pushes[0]["data"]
    seen = await engine.call(
        "attention", role="authenticated", claims={"sub": "00000000-0000-4000-8000-000000000021"}
    )
    assert [i["detail"] for i in seen["items"] if i["kind"] == "budget"] == [
        {"percent": 90, "is_spent": False}
    ]
    await engine.answer("due", "2", ai_calls=[call("0.20", "embedding")])
    assert await engine.call("model_allowed", BUSINESS_ID) is False
    assert await engine.value("select count(*) from notifications where kind = 'model_budget'") == 1
