"""A change that a dealer proposes: the order, its stock and its totals become it in one step, or stay as they are."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.database.engine import BUSINESS, CUSTOMER, DEALERS, Engine, together

pytestmark = pytest.mark.database


class Placed:
    """An order of a customer for two lines, offered to the two dealers who have both."""

    def __init__(self, engine: Engine, row: dict[str, Any]) -> None:
        self.engine = engine
        self.id, self.relay, self.lines = str(row["id"]), row["relay_id"], json.loads(row["lines"])

    async def row(self) -> dict[str, Any]:
        [row] = await self.engine.rows(
            "select m.*, m.lines::text, r.total_price as whole, r.products::text, r.status as relay_status, "
            "(select amount from payments p where p.relay_id = r.id) as due "
            "from market_orders m join whatsapp_order_relays r on r.id = m.relay_id where m.id = $1",
            uuid.UUID(self.id),
        )
        return row

    async def offer(self, phone: str) -> str:
        return str(
            await self.engine.value(
                "select o.id from order_offers o join rider_contacts r on r.dealer_id = o.dealer_id "
                "where o.market_order_id = $1 and r.contact_value = $2",
                uuid.UUID(self.id),
                phone,
            )
        )

    async def propose(
        self, phone: str, *changes: dict[str, Any], total: str | None = None, **more: Any
    ) -> str:
        """Drafts and sends a proposal; its id."""
        proposal = str(uuid.uuid4())
        drafted = await self.draft(phone, proposal, *changes, total=total, **more)
        assert drafted == "drafted"
        sent = await self.engine.act(phone, "send_proposal", proposal_id=proposal)
        assert sent["outcome"] == "sent"
        return proposal

    async def draft(
        self, phone: str, proposal: str, *changes: dict[str, Any], total: str | None = None, **more: Any
    ) -> str:
        wanted = total
        if wanted is None:
            left = {c["line"]: c["quantity"] for c in changes}
            sums = [
                float(line["unit_price"]) * left.get(n, line["quantity"]) for n, line in enumerate(self.lines)
            ]
            wanted = f"{sum(sums):.2f}"
        made = [{"product_id": self.lines[c["line"]]["product_id"], **c} for c in changes]
        done = await self.engine.act(
            phone,
            "draft_proposal",
            proposal_id=proposal,
            market_order_id=self.id,
            changes=made,
            expected_total=wanted,
            **more,
        )
        return str(done["outcome"])

    async def answer(self, proposal: str, answer: str, *, sender: str = CUSTOMER) -> str:
        done = await self.engine.act(sender, "answer_proposal", proposal_id=proposal, answer=answer)
        return str(done["outcome"])

    async def shelf(self, phone: str, line: int) -> tuple[int, int]:
        [row] = await self.engine.rows(
            "select s.on_hand, s.reserved from dealer_stock s join rider_contacts r on r.dealer_id = s.dealer_id "
            "where r.contact_value = $1 and s.product_id = $2",
            phone,
            uuid.UUID(self.lines[line]["product_id"]),
        )
        return row["on_hand"], row["reserved"]


async def placed(engine: Engine) -> Placed:
    assert (await engine.order(("C07", 3), ("C02", 2)))["outcome"] == "created"
    [row] = await engine.rows(
        "select m.id, m.relay_id, m.lines::text from market_orders m join whatsapp_order_relays r on r.id = m.relay_id "
        "where r.phone = $1",
        CUSTOMER,
    )
    return Placed(engine, row)


MILANO, ZAMPA = DEALERS[0], DEALERS[1]
WITHOUT = {"line": 1, "quantity": 0}


async def test_what_is_agreed_changes_lines_totals_and_shelf_together(engine: Engine) -> None:
    order = await placed(engine)
    before = await order.row()
    on_hand, _ = await order.shelf(MILANO, 1)
    proposal = await order.propose(MILANO, WITHOUT, {"line": 0, "quantity": 1})
    # Nothing has changed yet, but no other order is sent there for what is missing.
    assert (await order.row())["total_price"] == before["total_price"]
    assert await order.shelf(MILANO, 1) == (2, 2)
    assert on_hand > 2

    assert await order.answer(proposal, "accept") == "accepted"
    after = await order.row()
    [line] = json.loads(after["lines"])
    assert (line["product_id"], line["quantity"]) == (order.lines[0]["product_id"], 1)
    assert (after["status"], str(after["dealer_id"])) == ("accepted", str(after["holder_id"]))
    assert str(after["total_price"]) == line["unit_price"]
    assert after["whole"] == after["due"] == after["total_price"] + after["delivery_fee"]
    assert json.loads(after["products"]) == [line]
    assert await order.shelf(MILANO, 1) == (0, 0)
    assert await order.shelf(MILANO, 0) == (1, 1)
    assert await order.answer(proposal, "accept") == "already"
    actions = await engine.rows("select action from audit_log where entity_id = $1 order by id", order.id)
    assert [a["action"] for a in actions] == ["propose_change", "answer_proposal"]


async def test_another_product_comes_at_its_price_of_now(engine: Engine) -> None:
    order = await placed(engine)
    other = uuid.UUID(await engine.product("H01"))
    await engine.admin.execute(
        "insert into dealer_stock (dealer_id, product_id, business_id, on_hand) select dealer_id, $1, business_id, 5 "
        "from rider_contacts where contact_value = $2 on conflict (dealer_id, product_id) do update "
        "set on_hand = 5, reserved = 0",
        other,
        MILANO,
    )
    price = await engine.value("select price from products where id = $1", other)
    total = 3 * float(order.lines[0]["unit_price"]) + 2 * float(price)
    change = {"line": 1, "quantity": 2, "by": str(other), "variant": {"formato": "180g"}}
    assert await order.draft(MILANO, str(uuid.uuid4()), change, total=f"{total + 1:.2f}") == "changed"
    for wrong in ({}, {"formato": "180g", "colore": "blu"}, {"formato": "1kg"}):
        made_up = {**change, "variant": wrong}
        assert await order.draft(MILANO, str(uuid.uuid4()), made_up, total=f"{total:.2f}") == "changed", wrong
    proposal = await order.propose(MILANO, change, total=f"{total:.2f}")
    assert await order.answer(proposal, "accept") == "accepted"
    lines = json.loads((await order.row())["lines"])
    assert (lines[1]["product_id"], lines[1]["quantity"], lines[1]["variant"]) == (
        str(other),
        2,
        {"formato": "180g"},
    )
    stock = await engine.rows(
        "select on_hand, reserved from dealer_stock where product_id = $1 and reserved > 0", other
    )
    assert [(s["on_hand"], s["reserved"]) for s in stock] == [(5, 2)]


async def test_one_dealer_wins_whether_by_acceptance_or_by_agreement(engine: Engine) -> None:
    order = await placed(engine)
    proposal = await order.propose(MILANO, WITHOUT)
    offer = await order.offer(ZAMPA)
    zampa, customer = await engine.dealer_conversation(ZAMPA), await engine.dealer_conversation(CUSTOMER)
    results = await together(
        engine.raw_action(zampa, "accept_offer", offer_id=offer),
        engine.raw_action(customer, "answer_proposal", proposal_id=proposal, answer="accept"),
    )
    outcomes = [r["outcome"] for r in results]
    assert outcomes in (["accepted", "over"], ["lost", "accepted"])
    row = await order.row()
    assert row["status"] == "accepted"
    reserved = await engine.value(
        "select sum(reserved) from dealer_stock where product_id = $1",
        uuid.UUID(order.lines[0]["product_id"]),
    )
    assert reserved == 3
    assert len(json.loads(row["lines"])) == (2 if outcomes[0] == "accepted" else 1)


async def test_a_no_sends_the_order_to_those_who_came_too_late(engine: Engine) -> None:
    order = await placed(engine)
    assert (await engine.act(MILANO, "accept_offer", offer_id=await order.offer(MILANO)))[
        "outcome"
    ] == "accepted"
    assert (await order.row())["rider_id"] is not None
    proposal = await order.propose(MILANO, WITHOUT)
    assert await order.answer(proposal, "elsewhere") == "elsewhere"
    row = await order.row()
    assert (row["status"], row["dealer_id"], row["rider_id"]) == ("offered", None, None)
    assert len(json.loads(row["lines"])) == 2
    assert await order.shelf(MILANO, 0) != (3, 3)
    assert (await order.shelf(ZAMPA, 1))[1] == 2
    accepted = await engine.act(ZAMPA, "accept_offer", offer_id=await order.offer(ZAMPA))
    assert accepted["outcome"] == "accepted"
    assert (await engine.act(MILANO, "accept_offer", offer_id=await order.offer(MILANO)))["outcome"] == "lost"


async def test_a_no_may_take_the_order_back(engine: Engine) -> None:
    order = await placed(engine)
    proposal = await order.propose(MILANO, WITHOUT)
    assert await order.answer(proposal, "cancel", sender="393490009999") == "not_found"
    assert await order.answer(proposal, "cancel") == "cancelled"
    row = await order.row()
    assert (row["status"], row["relay_status"]) == ("cancelled", "failed")
    assert await order.shelf(MILANO, 0) == (200, 0)
    assert (await order.shelf(MILANO, 1))[1] == 0
    assert await order.answer(proposal, "accept") == "over"


async def test_who_does_not_answer_is_reminded_once_and_then_a_person_is_asked(engine: Engine) -> None:
    order = await placed(engine)
    proposal = await order.propose(MILANO, WITHOUT)
    assert await engine.call("run_proposals") == 0
    await engine.admin.execute("update order_proposals set sent_at = sent_at - interval '20 minutes'")
    assert [await engine.call("run_proposals") for _ in range(2)] == [1, 0]
    await engine.admin.execute("update order_proposals set expires_at = now()")
    assert [await engine.call("run_proposals") for _ in range(2)] == [1, 0]
    told = await engine.rows(
        "select kind, audience from order_events where kind like 'proposal%' order by id"
    )
    assert [(t["kind"], t["audience"]) for t in told] == [
        ("proposal_made", "customer"),
        ("proposal_reminder", "customer"),
        ("proposal_expired", "dealer"),
    ]
    reasons = await engine.rows(
        "select reason from escalations where status = 'open' and reason like 'proposal%'"
    )
    assert [r["reason"] for r in reasons] == ["proposal_unanswered"]
    # A late yes is still one, as long as the order waits where it was.
    assert await order.answer(proposal, "accept") == "accepted"


async def test_only_one_change_of_an_order_is_asked_at_a_time(engine: Engine) -> None:
    order = await placed(engine)
    first = await order.propose(MILANO, WITHOUT)
    assert await order.draft(ZAMPA, str(uuid.uuid4()), WITHOUT) == "waiting"
    assert (await engine.act(MILANO, "send_proposal", proposal_id=first))["outcome"] == "already"
    assert (await engine.act(ZAMPA, "send_proposal", proposal_id=first))["outcome"] == "not_found"
    # Whoever takes the whole order leaves nothing to be agreed on.
    assert (await engine.act(ZAMPA, "accept_offer", offer_id=await order.offer(ZAMPA)))[
        "outcome"
    ] == "accepted"
    assert await order.answer(first, "accept") == "over"
    assert (await order.shelf(MILANO, 1)) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ([{"line": 0, "quantity": 0}, {"line": 1, "quantity": 0}], "nothing_left"),
        ([{"line": 1, "quantity": 2}], "changed"),
        ([{"line": 1, "quantity": -1}], "changed"),
        ([{"line": 1, "quantity": 1, "product_id": BUSINESS}], "changed"),
        ([], "changed"),
    ],
)
async def test_what_is_no_change_is_refused(
    engine: Engine, changes: list[dict[str, Any]], outcome: str
) -> None:
    order = await placed(engine)
    assert await order.draft(MILANO, str(uuid.uuid4()), *changes) == outcome


async def test_what_was_paid_by_card_never_costs_more(engine: Engine) -> None:
    order = await placed(engine)
    await engine.admin.execute(
        "update payments set status = 'paid', provider = 'stripe', amount_minor = amount * 100, expires_at = now() "
        "where relay_id = $1",
        order.relay,
    )
    other = uuid.UUID(await engine.product("H01"))
    await engine.admin.execute("update products set price = 900 where id = $1", other)
    await engine.admin.execute(
        "insert into dealer_stock (dealer_id, product_id, business_id, on_hand) select dealer_id, $1, business_id, 5 "
        "from rider_contacts where contact_value = $2 on conflict (dealer_id, product_id) do update set on_hand = 5",
        other,
        MILANO,
    )
    total = 3 * float(order.lines[0]["unit_price"]) + 2 * 900
    change = {"line": 1, "quantity": 2, "by": str(other), "variant": {"formato": "180g"}}
    assert await order.draft(MILANO, str(uuid.uuid4()), change, total=f"{total:.2f}") == "paid_up"
    assert await engine.value("select count(*) from escalations where reason = 'order_change'") == 1
    proposal = await order.propose(MILANO, WITHOUT)
    assert await order.answer(proposal, "accept") == "accepted"
    # What it costs less goes back to the card by itself.
    back = await engine.value(
        "select f.amount_minor = p.amount_minor - r.total_price * 100 from payment_refunds f "
        "join payments p on p.id = f.payment_id join whatsapp_order_relays r on r.id = p.relay_id where r.id = $1",
        order.relay,
    )
    assert back is True


async def test_a_time_is_agreed_on_with_an_acceptance(engine: Engine) -> None:
    order = await placed(engine)
    later = await engine.value("select now() + interval '3 hours'")
    early = await engine.value("select now() - interval '1 hour'")
    assert await order.draft(MILANO, str(uuid.uuid4()), ready_at=early.isoformat()) == "changed"
    proposal = await order.propose(MILANO, ready_at=later.isoformat())
    assert await order.answer(proposal, "accept") == "accepted"
    row = await order.row()
    assert (row["ready_at"], row["status"], len(json.loads(row["lines"]))) == (later, "accepted", 2)
