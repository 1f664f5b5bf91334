"""The demonstration data goes in once."""

from __future__ import annotations

import pytest

from devstack import facts, migrate
from tests.fixtures.cluster import Database


@pytest.mark.database
async def test_the_seed_is_applied_once(database: Database) -> None:
    assert await migrate.apply_seed(database.owner_url)
    assert not await migrate.apply_seed(database.owner_url)


@pytest.mark.database
async def test_the_published_facts_are_rows_of_the_seed(seeded_database: Database) -> None:
    async with seeded_database.connect() as connection:
        accounts = await connection.fetch(
            "select external_id from channel_accounts where channel = 'whatsapp'"
        )
        users = await connection.fetch("select email from auth.users")
        dealers = await connection.fetch(
            "select contact_value from rider_contacts where contact_type = 'dealer'"
        )
        known = await connection.fetchval(
            "select count(*) from contact_identities where value = $1", facts.CUSTOMER_PHONE
        )
    assert facts.PHONE_NUMBER_ID in {row["external_id"] for row in accounts}
    assert facts.AGENT_EMAIL in {row["email"] for row in users}
    assert facts.DEALER_PHONE in {row["contact_value"] for row in dealers}
    assert known == 0, "the customer to try things with has no history"
