"""What stands behind the api in a test: a real database with the seed, behind a real gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
import jwt
from pydantic import SecretStr

from processors.settings import Settings
from tests.api.service import api_settings
from tests.fixtures.gateway import RunningGateway

AGENT = "00000000-0000-4000-8000-000000000021"
ADMIN = "00000000-0000-4000-8000-000000000022"
VIEWER = "00000000-0000-4000-8000-000000000023"
RIDER_USER = "00000000-0000-4000-8000-000000000031"
STRANGER = "00000000-0000-4000-8000-0000000000aa"


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A gateway, and a look at its database past all rules."""

    gateway: RunningGateway
    connection: asyncpg.Connection

    @property
    def anon_key(self) -> str:
        return self.gateway.anon_key

    def settings(self, **given: Any) -> Settings:
        """Settings of an api in front of this."""
        values = {
            "supabase_url": self.gateway.url,
            "supabase_anon_key": SecretStr(self.gateway.anon_key),
            "supabase_service_role_key": SecretStr(self.gateway.service_role_key),
        }
        return api_settings(**(values | given))

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first value of a query."""
        return await self.connection.fetchval(query, *arguments)

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of a query."""
        return list(await self.connection.fetch(query, *arguments))

    async def execute(self, statements: str) -> None:
        """Run statements as superuser."""
        await self.connection.execute(statements)

    def bearer(self, user_id: str) -> dict[str, str]:
        """Headers of this signed-in user."""
        return self.bearer_of(self.gateway.user_token(user_id))

    @staticmethod
    def bearer_of(token: str) -> dict[str, str]:
        """Headers with this token."""
        return {"Authorization": f"Bearer {token}"}

    def expired(self, user_id: str) -> str:
        """A token of this user that ended an hour ago."""
        return self.gateway.user_token(user_id, seconds=-3600)

    def forged(self, user_id: str) -> str:
        """A token of this user that somebody else signed."""
        claims = {"sub": user_id, "role": "authenticated", "aud": "authenticated", "exp": 4102444800}
        return jwt.encode(claims, "a-secret-that-is-not-the-one-of-this-project", algorithm="HS256")

    async def other_business(self) -> str:
        """A second business with one agent; returns the agent's user id."""
        await self.connection.execute(
            "insert into auth.users (id, aud, role, email) "
            "values ($1::uuid, 'authenticated', 'authenticated', 'altri@example.com')",
            STRANGER,
        )
        await self.connection.execute(
            "with b as (insert into businesses (name, slug) values ('Altri', 'altri') returning id) "
            "insert into staff (business_id, user_id, role) select id, $1::uuid, 'admin' from b",
            STRANGER,
        )
        return STRANGER
