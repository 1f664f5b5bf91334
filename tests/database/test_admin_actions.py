"""What admins and agents change: checked, recorded, and the same again changes nothing."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import asyncpg
import pytest

from tests.database.engine import BUSINESS, Engine, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
ADMIN = {"sub": "00000000-0000-4000-8000-000000000022"}
ADMIN_ROW = "00000000-0000-4000-8000-000000000122"
AGENT_ROW = "00000000-0000-4000-8000-000000000121"
ANNA_ROW = "00000000-0000-4000-8000-000000000131"
DEALER = "00000000-0000-4000-8000-000000000041"


async def act(engine: Engine, function: str, *arguments: Any, claims: Any = ADMIN) -> Any:
    return await engine.call(function, *arguments, role="authenticated", claims=claims)


async def refused(
    engine: Engine, function: str, *arguments: Any, claims: Any = ADMIN
) -> asyncpg.PostgresError:
    """The error of a call; anything that names no field and no remedy fails here."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        await act(engine, function, *arguments, claims=claims)
    error = caught.value
    assert error.sqlstate in ("22023", "PT404", "PT409"), error
    assert str(error).startswith(f"{error.detail}: ")
    assert error.hint
    return error


async def recorded(engine: Engine, action: str) -> list[dict[str, Any]]:
    rows = await engine.rows(
        "select actor_id::text, entity, entity_id, detail from audit_log where action = $1 order by id",
        action,
    )
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


async def test_a_product_is_added_changed_and_retired_each_recorded_once(engine: Engine) -> None:
    given = {
        "sku": "N01",
        "name": "Candela alla cera d'api",
        "price": "12.90",
        "attributes": {"formato": ["S"]},
    }
    made = await act(engine, "save_product", BUSINESS, given)
    assert (made["price"], made["currency"], made["active"]) == (12.9, "EUR", True)
    assert await act(engine, "save_product", BUSINESS, given) == made, "the same again changes nothing"
    changed = await act(engine, "save_product", BUSINESS, {"id": made["id"], "price": 14, "attributes": {}})
    assert (changed["price"], changed["attributes"], changed["name"]) == (14, {}, given["name"])
    for _ in range(2):
        assert (await act(engine, "retire_product", made["id"]))["active"] is False
    first, second = await recorded(engine, "save_product")
    assert (first["actor_id"], first["entity_id"]) == (ADMIN["sub"], made["id"])
    assert first["detail"]["before"] == {}
    assert second["detail"] == {
        "before": {"price": 12.9, "attributes": {"formato": ["S"]}},
        "after": {"price": 14, "attributes": {}},
    }
    [retired] = await recorded(engine, "retire_product")
    assert retired["detail"] == {"before": {"active": True}, "after": {"active": False}}


IMPOSSIBLE_PRODUCTS: list[tuple[dict[str, Any], str]] = [
    ({"sku": "N01", "name": "x", "price": "NaN"}, "price"),
    ({"sku": "N01", "name": "x", "price": -1}, "price"),
    ({"sku": "N01", "name": "x", "price": 1.999}, "price"),
    ({"sku": "N01", "name": "x", "price": "1e5"}, "price"),
    ({"sku": "N01", "name": "x", "price": None}, "price"),
    ({"sku": "N01", "name": "x"}, "price"),
    ({"sku": "N01", "name": " ", "price": 1}, "name"),
    ({"sku": "N01", "name": "x", "price": 1, "currency": "USD"}, "currency"),
    ({"sku": "N01", "name": "x", "price": 1, "image_url": "javascript:alert(1)"}, "image_url"),
    ({"sku": "N01", "name": "x", "price": 1, "attributes": {"taglia": "S"}}, "attributes"),
    ({"sku": "N01", "name": "x", "price": 1, "attributes": []}, "attributes"),
    ({"sku": "N01", "name": "x", "price": 1, "active": "perhaps"}, "active"),
    ({"sku": "N01", "name": "x", "price": 1, "prize": 2}, "prize"),
    ({"sku": "N01", "name": "x", "price": 1, "business_id": str(uuid.uuid4())}, "business_id"),
    ({"id": str(uuid.uuid4()), "price": 1}, "id"),
    ({"id": "C01", "price": 1}, "id"),
]


async def test_a_product_that_can_not_be_is_refused_by_its_field(engine: Engine) -> None:
    before = await engine.value("select md5(string_agg(p::text, ',' order by id)) from products p")
    for values, field in IMPOSSIBLE_PRODUCTS:
        assert (await refused(engine, "save_product", BUSINESS, values)).detail == field, values
    assert await engine.value("select md5(string_agg(p::text, ',' order by id)) from products p") == before


async def test_a_sku_in_use_is_said(engine: Engine) -> None:
    product = await engine.product("C02")
    error = await refused(engine, "save_product", BUSINESS, {"id": product, "sku": "C01"})
    assert (error.sqlstate, error.detail) == ("PT409", "sku")


async def test_a_new_row_does_not_write_over_one_that_is_there(engine: Engine) -> None:
    """Somebody adds a product under a sku in use: that is refused, while the same click twice is not."""
    given = {"id": None, "sku": "N02", "name": "Candela", "price": "3.00"}
    made = await act(engine, "save_product", BUSINESS, given)
    assert await act(engine, "save_product", BUSINESS, given) == made
    error = await refused(engine, "save_product", BUSINESS, {**given, "name": "Cuccia"})
    assert (error.sqlstate, error.detail) == ("PT409", "sku")
    assert await engine.value("select name from products where sku = 'N02'") == "Candela"
    template = {"id": None, "name": "nuovo", "language": "it", "category": "UTILITY", "body": "Ciao"}
    assert (await act(engine, "save_template", BUSINESS, template))["status"] == "PENDING"
    reply = {"id": None, "shortcut": "ciao", "language": "it", "body": "Un altro saluto"}
    assert (await refused(engine, "save_canned_reply", BUSINESS, reply)).detail == "shortcut"


async def test_stock_never_goes_below_what_is_promised(engine: Engine) -> None:
    product = await engine.product("C01")
    await engine.admin.execute(
        "update dealer_stock set reserved = 5 where product_id = $1 and dealer_id = $2",
        uuid.UUID(product),
        DEALER,
    )
    stock = {"on_hand": 9, "reserved": 5, "available": 4}
    for _ in range(2):
        found = await act(engine, "set_dealer_stock", DEALER, product, 9, claims=AGENT)
        assert {key: found[key] for key in stock} == stock
    error = await refused(engine, "set_dealer_stock", DEALER, product, 4, claims=AGENT)
    assert (error.sqlstate, error.hint) == ("PT409", "Set at least 5, or cancel orders first.")
    assert (
        await refused(engine, "set_dealer_stock", DEALER, product, None, claims=AGENT)
    ).detail == "on_hand"
    [row] = await recorded(engine, "set_stock")
    assert row["detail"] == {"dealer_id": DEALER, "before": 200, "after": 9}


async def test_the_last_admin_stays_one_also_when_two_step_down_at_once(engine: Engine) -> None:
    for change in ({"role": "agent"}, {"active": False}):
        error = await refused(engine, "save_staff", BUSINESS, {"id": ADMIN_ROW, **change})
        assert (error.sqlstate, error.detail) == ("PT409", "role")
    await act(engine, "save_staff", BUSINESS, {"id": AGENT_ROW, "role": "admin"})
    outcomes = await together(
        act(engine, "save_staff", BUSINESS, {"id": ADMIN_ROW, "role": "viewer"}, claims=AGENT),
        act(engine, "save_staff", BUSINESS, {"id": AGENT_ROW, "role": "viewer"}, claims=ADMIN),
    )
    assert sum(isinstance(outcome, asyncpg.PostgresError) for outcome in outcomes) == 1
    assert await engine.value("select count(*) from staff where role = 'admin' and active") == 1


async def test_staff_is_added_by_email_and_switched_off_at_once(engine: Engine) -> None:
    await engine.admin.execute(
        "insert into auth.users (id, email) values ($1, 'Nina@Dloop.example')", uuid.uuid4()
    )
    given = {"email": "nina@dloop.example ", "role": "agent", "name": "Nina"}
    nina = await act(engine, "save_staff", BUSINESS, given)
    assert await act(engine, "save_staff", BUSINESS, given) == nina
    claims = {"sub": nina["user_id"]}
    product = await engine.product("C01")
    await act(engine, "set_dealer_stock", DEALER, product, 9, claims=claims)
    await act(engine, "save_staff", BUSINESS, {"id": nina["id"], "active": False})
    with pytest.raises(asyncpg.PostgresError):
        await act(engine, "set_dealer_stock", DEALER, product, 10, claims=claims)
    missing = await refused(
        engine, "save_staff", BUSINESS, {"email": "nobody@dloop.example", "role": "agent"}
    )
    assert missing.detail == "email"
    other = await refused(engine, "save_staff", BUSINESS, {"id": nina["id"], "user_id": ADMIN["sub"]})
    assert other.detail == "user_id"
    nobody = await refused(engine, "save_staff", BUSINESS, {"user_id": str(uuid.uuid4()), "role": "agent"})
    assert nobody.detail == "user_id"
    assert (await refused(engine, "save_staff", BUSINESS, {"id": AGENT_ROW, "role": "boss"})).detail == "role"


async def test_settings_are_merged_and_checked(engine: Engine) -> None:
    given = {
        "persona": "Gentile.",
        "timezone": "Asia/Jakarta",
        "languages": ["it", "id"],
        "default_language": "id",
        "hours": {"mon": ["09:00", "13:00"], "sun": None},
        "limits": {"offer_minutes": 15, "human_hours": None},
    }
    for _ in range(2):
        saved = await act(engine, "save_business_settings", BUSINESS, given)
    assert saved["limits"] == {"offer_minutes": 15, "offer_fanout": 3, "cart_reminder_minutes": 120}
    assert {key: saved[key] for key in ("timezone", "languages", "hours")} == {
        key: given[key] for key in ("timezone", "languages", "hours")
    }
    assert len(await recorded(engine, "save_business_settings")) == 1


IMPOSSIBLE_SETTINGS: list[tuple[Any, str]] = [
    ({"name": ""}, "name"),
    ({"timezone": "Europe/Roma"}, "timezone"),
    ({"timezone": "FOO3"}, "timezone"),
    ({"languages": []}, "languages"),
    ({"languages": ["it", "fr"]}, "languages"),
    ({"languages": "it"}, "languages"),
    ({"default_language": "fr"}, "default_language"),
    ({"bot_kind": "menu"}, "bot_kind"),
    ({"languages": ["en"]}, "default_language"),
    ({"currency": "USD"}, "currency"),
    ({"hours": {"monday": ["09:00", "19:00"]}}, "hours"),
    ({"hours": {"mon": ["19:00", "09:00"]}}, "hours"),
    ({"hours": {"mon": ["9:00", "19:00"]}}, "hours"),
    ({"hours": {"mon": ["09:00"]}}, "hours"),
    ({"hours": {"mon": ["09:00", "12:00", "15:00"]}}, "hours"),
    ({"hours": "always"}, "hours"),
    ({"limits": {"offer_minutes": 0}}, "offer_minutes"),
    ({"limits": {"offer_fanout": 2.5}}, "offer_fanout"),
    ({"limits": {"human_hours": "long"}}, "human_hours"),
    ({"limits": 3}, "limits"),
    ({"slug": "other"}, "slug"),
    ([], "values"),
]


async def test_settings_that_can_not_be_are_refused_by_their_field(engine: Engine) -> None:
    for settings, field in IMPOSSIBLE_SETTINGS:
        values = settings if isinstance(settings, dict) else json.dumps(settings)
        assert (await refused(engine, "save_business_settings", BUSINESS, values)).detail == field, settings


async def test_the_currency_changes_once_nothing_is_priced_in_the_old_one(engine: Engine) -> None:
    await engine.admin.execute("update products set active = false")
    await act(engine, "save_business_settings", BUSINESS, {"currency": "IDR"})
    made = await act(engine, "save_product", BUSINESS, {"sku": "C01", "price": "189000", "active": True})
    assert (made["currency"], made["price"]) == ("IDR", 189000)


async def test_words_of_the_business_are_kept_and_removed(engine: Engine) -> None:
    for term in ("  Wax   Candle", "wax candle"):
        row = await act(engine, "save_synonym", BUSINESS, term, "candela")
    assert (await engine.call("glossary", BUSINESS))["wax candle"] == ["candela"]
    assert len(await recorded(engine, "save_synonym")) == 1
    assert await act(engine, "remove_synonym", BUSINESS, row["id"]) is True
    assert await act(engine, "remove_synonym", BUSINESS, row["id"]) is False
    [gone] = await recorded(engine, "remove_synonym")
    assert gone["detail"]["before"]["term"] == "wax candle"
    assert (await refused(engine, "save_synonym", BUSINESS, " ", "x")).detail == "term"
    common = await engine.value("insert into synonyms (term, expansion) values ('hi', 'ciao') returning id")
    assert await act(engine, "remove_synonym", BUSINESS, common) is False

    reply = await act(engine, "save_canned_reply", BUSINESS, {"shortcut": "/Saluti", "body": "A presto!"})
    assert (reply["shortcut"], reply["language"]) == ("saluti", "it")
    again = {"shortcut": "saluti", "language": "it", "body": "A presto, grazie!"}
    assert (await act(engine, "save_canned_reply", BUSINESS, again))["id"] == reply["id"]
    for values, field in (
        ({"shortcut": "due parole", "body": "x"}, "shortcut"),
        ({"shortcut": "x", "body": ""}, "body"),
        ({"shortcut": "x", "body": "x", "language": "fr"}, "language"),
    ):
        assert (await refused(engine, "save_canned_reply", BUSINESS, values)).detail == field
    assert await act(engine, "remove_canned_reply", BUSINESS, reply["id"]) is True


async def test_a_new_template_waits_for_the_provider(engine: Engine) -> None:
    given = {
        "name": "auguri",
        "language": "it",
        "category": "MARKETING",
        "body": "Ciao {{1}}, {{2}} ti aspetta.",
    }
    made = await act(engine, "save_template", BUSINESS, given)
    assert (made["status"], made["params"]) == ("PENDING", 2)
    approved = await act(engine, "save_template", BUSINESS, {"id": made["id"], "status": "APPROVED"})
    assert approved["status"] == "APPROVED"
    same = await act(engine, "save_template", BUSINESS, {**given, "body": "Ciao {{1}}!"})
    assert (same["id"], same["status"], same["params"]) == (made["id"], "APPROVED", 1)
    for values, field in (
        ({"name": "Auguri"}, "name"),
        ({"language": "italiano"}, "language"),
        ({"category": "SPAM"}, "category"),
        ({"status": "SURE"}, "status"),
        ({"body": "Ciao {{2}}"}, "body"),
        ({"buttons": "Sì"}, "buttons"),
        ({"buttons": [str(n) for n in range(11)]}, "buttons"),
    ):
        assert (await refused(engine, "save_template", BUSINESS, {**given, **values})).detail == field


async def test_dealers_zones_riders_and_their_numbers(engine: Engine) -> None:
    dealer = await act(engine, "save_dealer", BUSINESS, {"name": "Bottega Nord", "priority": 40})
    entry = {
        "contact_type": "dealer",
        "contact_value": "393339000001",
        "dealer_id": dealer["id"],
        "name": "Nord",
    }
    for _ in range(2):
        saved = await act(engine, "save_rider_contact", BUSINESS, entry)
    assert len(await recorded(engine, "save_rider_contact")) == 1
    await engine.answer("ciao", sender="393339000001")
    kind = "select conversation_type from whatsapp_conversations where phone = '393339000001'"
    assert await engine.value(kind) == "dealer", (
        "who writes from a dealer's number is talked to as that dealer"
    )
    assert await act(engine, "remove_rider_contact", BUSINESS, saved["id"]) is True
    zone = await act(
        engine, "save_delivery_zone", BUSINESS, {"name": "Nord", "postcodes": ["20161"], "fee": 3.5}
    )
    off = await act(engine, "save_delivery_zone", BUSINESS, {"name": "Nord", "active": False})
    assert (off["id"], off["fee"], off["active"]) == (zone["id"], 3.5, False)
    rider = await act(engine, "save_rider", BUSINESS, {"name": "Ugo", "phone": "393332000009"})
    linked = await act(engine, "save_rider", BUSINESS, {"id": rider["id"], "email": "viewer@dloop.example"})
    assert linked["user_id"] == "00000000-0000-4000-8000-000000000023"
    foreign = await other_business(engine)
    for function, values, field in (
        ("save_dealer", {"name": "X", "priority": 0}, "priority"),
        ("save_dealer", {"name": "X", "language": "fr"}, "language"),
        ("save_dealer", {"name": "X", "hours": {"mon": "9-19"}}, "hours"),
        ("save_delivery_zone", {"name": "X", "postcodes": "20161"}, "postcodes"),
        ("save_delivery_zone", {"name": "X", "postcodes": ["via Roma"]}, "postcodes"),
        ("save_delivery_zone", {"name": "X", "postcodes": ["20161"], "fee": -1}, "fee"),
        ("save_rider", {"name": "Ada"}, "phone"),
        ("save_rider", {"name": "Ada", "phone": "+39 333"}, "phone"),
        ("save_rider_contact", {**entry, "contact_value": "393339000002", "dealer_id": foreign}, "dealer_id"),
        (
            "save_rider_contact",
            {**entry, "contact_value": "393339000002", "contact_type": "friend"},
            "contact_type",
        ),
    ):
        assert (await refused(engine, function, BUSINESS, values)).detail == field, (function, values)


async def other_business(engine: Engine) -> str:
    """A dealer of another business."""
    business = await engine.value(
        "insert into businesses (name, slug) values ('Altra', 'altra') returning id"
    )
    return str(
        await engine.value(
            "insert into dealers (business_id, name) values ($1, 'Lontano') returning id", business
        )
    )


async def test_saving_the_same_new_row_at_once_makes_one(engine: Engine) -> None:
    given = {"sku": "N09", "name": "Candela", "price": 3}
    outcomes = await asyncio.gather(*(act(engine, "save_product", BUSINESS, given) for _ in range(6)))
    assert len({outcome["id"] for outcome in outcomes}) == 1
    assert await engine.value("select count(*) from products where sku = 'N09'") == 1
    assert len(await recorded(engine, "save_product")) == 1


async def test_nobody_pulls_people_of_another_business_over(engine: Engine) -> None:
    """They would see its conversations among their own, and answer their customers from its number."""
    other, user = uuid.uuid4(), uuid.uuid4()
    claims = {"sub": str(user)}
    await engine.admin.execute("insert into businesses (id, name, slug) values ($1, 'Altra', 'altra')", other)
    await engine.admin.execute("insert into auth.users (id, email) values ($1, 'capo@altra.example')", user)
    await engine.admin.execute(
        "insert into staff (business_id, user_id, role) values ($1, $2, 'admin')", other, user
    )
    for function, who in (
        ("save_staff", {"email": "agente@dloop.example", "role": "agent"}),
        ("save_staff", {"user_id": AGENT["sub"], "role": "agent"}),
        ("save_rider", {"name": "Chiara", "phone": "393331234567", "email": "agente@dloop.example"}),
        ("save_staff", {"email": "rider.anna@dloop.example", "role": "viewer"}),
    ):
        error = await refused(engine, function, other, who, claims=claims)
        assert (error.sqlstate, error.hint) == ("PT409", "Invite the person with another e-mail address.")
    # Who runs both businesses may share people between them.
    await engine.admin.execute(
        "insert into staff (business_id, user_id, role) values ($1, $2, 'admin')", uuid.UUID(BUSINESS), user
    )
    await act(engine, "save_staff", other, {"email": "agente@dloop.example", "role": "agent"}, claims=claims)


async def test_a_device_is_told_only_what_its_owner_may_hear(engine: Engine) -> None:
    anna, paolo = ({"sub": f"00000000-0000-4000-8000-0000000000{n}"} for n in (31, 32))
    device = await act(engine, "register_device", "token", "shared-phone", "android", claims=anna)
    await engine.call("send_notification", BUSINESS, "new_order", "rider", ANNA_ROW, {}, "k1")
    pending = "select count(*) from notification_deliveries where device_id = $1 and status = 'pending'"
    assert await engine.value(pending, device) == 1
    again = await act(engine, "register_device", "token", "shared-phone", "android", claims=anna)
    assert (again, await engine.value(pending, device)) == (device, 1)
    moved = await act(engine, "register_device", "token", "shared-phone", "ios", claims=paolo)
    assert (moved, await engine.value(pending, device)) == (device, 0)
    assert await act(engine, "forget_device", "shared-phone", claims=anna) is False
    assert await act(engine, "forget_device", "shared-phone", claims=paolo) is True
    assert await engine.value("select disabled_reason from devices where id = $1", device) == "signed out"
    for arguments, field in (
        (("pigeon", "x", "web"), "kind"),
        (("token", " ", "web"), "value"),
        (("token", "x", "fridge"), "platform"),
    ):
        assert (await refused(engine, "register_device", *arguments, claims=anna)).detail == field
