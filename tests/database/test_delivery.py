"""Zones, fees and addresses as the database decides them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.database.engine import BUSINESS, CUSTOMER, Engine

pytestmark = pytest.mark.database
STAFF = {"sub": "00000000-0000-4000-8000-000000000021"}


async def quote(engine: Engine, goods: str, **address: Any) -> dict[str, Any]:
    row = await engine.rows(
        "select private.quote_delivery($1, $2::text::numeric, $3::text::jsonb, false)::text as quote",
        uuid.UUID(BUSINESS),
        goods,
        json.dumps({"address": "x", **address}) if address else None,
    )
    return dict(json.loads(row[0]["quote"]))


@pytest.mark.parametrize(
    ("goods", "address", "state", "zone", "fee"),
    [
        ("10", {"postcode": "20121"}, "ok", "Milano centro", "2.50"),
        ("10", {"postcode": "201 21"}, "ok", "Milano centro", "2.50"),
        ("10", {"postcode": "20199"}, "ok", "Milano", "3.90"),
        ("40", {"postcode": "20121"}, "ok", "Milano centro", "0.00"),
        ("39.99", {"postcode": "20121"}, "ok", "Milano centro", "2.50"),
        ("24.99", {"postcode": "20090"}, "below_minimum", "Hinterland", "6.90"),
        ("25", {"postcode": "20090"}, "ok", "Hinterland", "6.90"),
        ("10", {"postcode": "10123"}, "outside", None, "0.00"),
        ("10", {"latitude": 45.4642, "longitude": 9.19}, "ok", "Milano centro", "2.50"),
        ("10", {"latitude": 45.50, "longitude": 9.19}, "ok", "Milano", "3.90"),
        ("10", {"latitude": 41.9, "longitude": 12.5}, "outside", None, "0.00"),
        ("10", {"district": "Brera"}, "no_postcode", None, "0.00"),
        ("10", {}, "missing", None, "0.00"),
    ],
)
async def test_an_address_has_one_zone(
    engine: Engine, goods: str, address: dict[str, Any], state: str, zone: str | None, fee: str
) -> None:
    found = await quote(engine, goods, **address)
    assert (found["state"], found.get("zone"), found["fee"]) == (state, zone, fee)


async def test_circles_alone_ask_for_a_position(engine: Engine) -> None:
    await engine.admin.execute("update delivery_zones set postcodes = '{}'")
    assert (await quote(engine, "10", postcode="20121"))["state"] == "no_location"


async def test_a_zone_is_somewhere(engine: Engine) -> None:
    with pytest.raises(Exception, match="delivery_zones_somewhere"):
        await engine.admin.execute(
            "insert into delivery_zones (business_id, name) values ($1, 'Nowhere')", uuid.UUID(BUSINESS)
        )
    with pytest.raises(Exception, match="delivery_zones_whole_circle"):
        await engine.admin.execute("update delivery_zones set radius_km = null")


async def test_no_order_goes_anywhere_without_an_address(engine: Engine) -> None:
    cart = [{"product_id": await engine.product("H02"), "quantity": 1, "variant": {}}]
    propose = {"kind": "propose_order", "args": {"relay_id": str(uuid.uuid4())}, "outcomes": {}}
    finished = await engine.answer("una candela", cart=cart, actions=[propose])
    assert finished["actions"][0]["outcome"] == "undeliverable"
    assert await engine.value("select count(*) from whatsapp_order_relays where phone = $1", CUSTOMER) == 0


async def test_ten_addresses_of_a_person_are_kept_and_staff_read_them(engine: Engine) -> None:
    await engine.order(("H02", 1))
    for n in range(15):
        await engine.act(CUSTOMER, "set_delivery", address={"address": f"Via Prova {n}", "postcode": "20121"})
    await engine.act(CUSTOMER, "set_delivery", address={"address": "via prova 14", "postcode": "20121"})
    contact = await engine.value("select contact_id from whatsapp_order_relays where phone = $1", CUSTOMER)
    count = "select count(*) from contact_addresses where contact_id = $1"
    assert await engine.value(count, contact) == 10
    read = "select count(*) from public.contact_addresses"
    async with engine.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local role authenticated")
        assert await connection.fetchval(read) == 0
        await connection.execute("select set_config('request.jwt.claims', $1, true)", json.dumps(STAFF))
        assert await connection.fetchval(read) > 0


async def test_the_fee_of_a_divided_order_is_collected_once(engine: Engine) -> None:
    await engine.admin.execute("update delivery_zones set free_above = null")
    await engine.admin.execute(
        "update dealer_stock s set on_hand = 0, reserved = 0 from products p, dealers d where p.id = s.product_id "
        "and d.id = s.dealer_id and ((p.sku = 'C07' and d.priority <> 10) or (p.sku = 'H02' and d.priority <> 30))"
    )
    created = await engine.order(("C07", 1), ("H02", 1))
    assert created["outcome"] == "created"
    parts = await engine.rows(
        "select m.delivery_fee, m.delivery ->> 'address' as address, r.total_price, r.delivery_fee as whole from "
        "market_orders m join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1 order by m.code",
        CUSTOMER,
    )
    assert [str(p["delivery_fee"]) for p in parts] == ["2.50", "0.00"]
    assert {p["address"] for p in parts} == {"Via Solferino 5, 20121 Milano"}
    assert str(parts[0]["whole"]) == "2.50"
