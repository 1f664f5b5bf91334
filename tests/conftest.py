"""What every test may use. Fixtures live in `tests/fixtures/`, this file only registers them.

Databases (`tests.fixtures.cluster`; real PostgreSQL, never shared between tests):
    cluster: Cluster                 session; the server. `--postgres URL` (a superuser's) uses another one
    database: Database               a fresh database with all migrations and no rows
    seeded_database: Database        a fresh database with all migrations and the seed
    new_database: NewDatabase        await new_database(seeded=…, platform_only=…) for more of them
    Database has .url(role), .owner_url, .admin_url, `async with database.connect(role=None) as connection`

Gateways (`tests.fixtures.gateway`; real TCP, the real `supabase` client):
    gateway: RunningGateway          in front of `database`; seeded_gateway in front of `seeded_database`
    gateway_for: GatewayFor          await gateway_for(database, **fields of GatewayConfig)
    RunningGateway has .url, .anon_key, .service_role_key, .jwt_secret, .database, .user_token(user_id),
    and `await gateway.client(key=None, token=None)`, a supabase client (of the service by default)
    indexed_gateway: RunningGateway  the seeded business, every product with its vector (`tests.fixtures.indexed`)
"""

from __future__ import annotations

import pytest

pytest_plugins = [
    "tests.fixtures.cluster",
    "tests.fixtures.gateway",
    "tests.fixtures.stack",
    "tests.fixtures.chromium",
    "tests.fixtures.agent",
    "tests.fixtures.indexed",
    "tests.fixtures.parallel",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--postgres URL`: make the databases of the tests on that server instead of our own."""
    parser.addoption("--postgres", metavar="URL", help="superuser address of a server with pgvector")
