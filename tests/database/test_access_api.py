"""The same rights over the API: embeds through foreign keys, forged writes, functions with foreign ids."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio
from postgrest.exceptions import APIError
from supabase import AsyncClient

from devstack.access import catalog, expected, world
from devstack.access.catalog import Reference, Table
from tests.fixtures.cluster import Database
from tests.fixtures.gateway import GatewayFor, RunningGateway

Forged = list[tuple[Table, Reference]]


@pytest_asyncio.fixture
async def forged(
    database: Database, gateway_for: GatewayFor
) -> AsyncIterator[tuple[RunningGateway, world.World, Forged]]:
    """Two businesses, and every reference of the other one's rows bent to point at rows of the first.

    No function makes such rows; if one ever did, reading through them must still show nothing.
    """
    async with database.connect() as admin:
        wanted = expected.load()
        made = await world.build(
            admin, await catalog.read_tables(admin), rows=wanted.rows, columns=wanted.columns
        )
        # Forged as nothing of ours would do it: no trigger adds rows that are as they should be.
        await admin.execute("set session_replication_role = replica")
        bent = [
            (table, reference)
            for table in made.tables.values()
            for reference in table.references
            if await _bend(admin, made, table, reference)
        ]
    yield await gateway_for(database), made, bent


async def _bend(admin: asyncpg.Connection, made: world.World, table: Table, reference: Reference) -> bool:
    """Points the other business's row at the first one's; False where a key or check forbids it."""
    target = made.tables.get(reference.table)
    if target is None or target.column("business_id") is None:
        return False
    if {"business_id", *table.key} & set(reference.columns):
        return False
    key = " and ".join(f'"{name}"::text = ${i}' for i, name in enumerate(table.key, 1))
    row = made.row(table.name, world.FOREIGN)
    goal = made.row(reference.table, world.OWN)[reference.keys[0]]
    try:
        await admin.execute(
            f'update public."{table.name}" set "{reference.columns[0]}" = ${len(table.key) + 1} where {key}',
            *(str(row[name]) for name in table.key),
            uuid.UUID(goal) if isinstance(goal, str) else goal,
        )
    except asyncpg.IntegrityConstraintViolationError:
        return False
    return True


async def _client(gateway: RunningGateway, person: world.Person) -> AsyncClient:
    return await gateway.client(gateway.anon_key, token=gateway.user_token(str(person.user)))


async def test_an_embed_shows_nothing_of_another_business(
    forged: tuple[RunningGateway, world.World, Forged],
) -> None:
    gateway, made, bent = forged
    theirs, ours = await _client(gateway, world.OTHER_ADMIN), await _client(gateway, world.ADMIN)
    assert len(bent) > 30
    foreign = str(made.businesses[world.FOREIGN])

    async def look(table: Table, reference: Reference) -> list[str]:
        names = f"{table.name}.{reference.columns[0]}"
        up = theirs.table(table.name).select(
            f"business_id, up:{reference.table}!{reference.name}(business_id)"
        )
        down = ours.table(reference.table).select(
            f"business_id, down:{table.name}!{reference.name}(business_id)"
        )
        wrong = []
        try:
            for row in _rows(await up.execute()):
                if row["business_id"] == foreign and row["up"] is not None:
                    wrong.append(f"{names}: shows the row it points at")
            for row in _rows(await down.execute()):
                below = row["down"] if isinstance(row["down"], list) else [row["down"]]
                if any(child and child["business_id"] == foreign for child in below):
                    wrong.append(f"{names}: shows rows that point here")
        except APIError as error:
            # A table that nobody reads can't be embedded either.
            if error.code != "42501":
                wrong.append(f"{names}: {error.message}")
        return wrong

    found = await asyncio.gather(*(look(table, reference) for table, reference in bent))
    assert [line for lines in found for line in lines] == []


def _rows(response: Any) -> list[dict[str, Any]]:
    return list(response.data)


async def test_a_forged_write_is_refused_by_every_table(
    forged: tuple[RunningGateway, world.World, Forged],
) -> None:
    gateway, made, _ = forged
    client = await _client(gateway, world.OTHER_ADMIN)
    business = str(made.businesses[world.OWN])

    async def write(name: str) -> list[str]:
        row = {"business_id": business} if name != "businesses" else {"id": business}
        key, value = next(iter(row.items()))
        table = client.table(name)
        tries = {
            "insert": table.insert(row),
            "upsert": table.upsert(row),
            "update": table.update(row).eq(key, value),
            "delete": table.delete().eq(key, value),
        }
        wrong = []
        for verb, query in tries.items():
            try:
                await query.execute()
                wrong.append(f"{name}: {verb} went through")
            except APIError as error:
                if error.code != "42501":
                    wrong.append(f"{name}: {verb} says {error.code} {error.message}")
        return wrong

    names = [t.name for t in made.tables.values() if t.column("business_id") or t.name == "businesses"]
    found = await asyncio.gather(*(write(name) for name in names))
    assert [line for lines in found for line in lines] == []


async def test_a_function_says_over_the_api_what_is_wrong_and_what_to_do(
    forged: tuple[RunningGateway, world.World, Forged],
) -> None:
    gateway, made, _ = forged
    ours, theirs = await _client(gateway, world.ADMIN), await _client(gateway, world.OTHER_ADMIN)
    business = str(made.businesses[world.OWN])
    values = {"p_business_id": business, "p_product": {"sku": "X", "name": "X", "price": -1}}
    error = await _error(ours, "save_product", values)
    assert error.message is not None
    assert error.message.startswith("price: must be a number")
    assert (error.code, error.details) == ("22023", "price")
    assert error.hint == "Write it with at most 2 decimals, such as 12.90."
    assert (await _error(theirs, "save_product", values)).code == "42501"
    dealer = made.row("dealers", world.OWN)["id"]
    stock = {"p_dealer_id": dealer, "p_product_id": made.row("products", world.OWN)["id"], "p_on_hand": 1}
    assert (await _error(theirs, "set_dealer_stock", stock)).code == "PT404"


async def _error(client: AsyncClient, function: str, params: dict[str, Any]) -> APIError:
    try:
        await client.rpc(function, params).execute()
    except APIError as error:
        return error
    raise AssertionError(f"{function} went through")


async def test_a_rider_sees_what_to_bring_and_nobody_s_life(
    database: Database, gateway_for: GatewayFor
) -> None:
    async with database.connect() as admin:
        wanted = expected.load()
        made = await world.build(
            admin, await catalog.read_tables(admin), rows=wanted.rows, columns=wanted.columns
        )
    client = await _client(await gateway_for(database), world.RIDER)
    orders = (
        await client.table("market_orders")
        .select("*, whatsapp_order_relays!relay_id(*), dealers!dealer_id(*)")
        .execute()
    )
    [order] = _rows(orders)
    assert order["id"] == made.row("market_orders", world.OWN)["id"]
    assert order["whatsapp_order_relays"] is None
    assert order["dealers"] is None
    for table in ("rider_contacts", "notifications", "devices", "riders"):
        assert [row["id"] for row in _rows(await client.table(table).select("id").execute())] == [
            made.row(table, world.OWN)["id"]
        ]
    for table in (
        "contacts",
        "contact_identities",
        "whatsapp_conversations",
        "whatsapp_messages",
        "payments",
    ):
        assert _rows(await client.table(table).select("*").execute()) == []
    registered = await client.rpc(
        "register_device", {"p_kind": "token", "p_value": "phone", "p_platform": "android"}
    ).execute()
    [device] = _rows(await client.table("devices").select("rider_id").eq("id", registered.data).execute())
    assert device["rider_id"] == made.row("riders", world.OWN)["id"]
