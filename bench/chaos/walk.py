"""Who takes part in a random life of orders, and what became of it so far."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg

AGENT = "00000000-0000-4000-8000-000000000021"
SKUS = ("T01", "C07", "C02", "H01", "H13")
REFUSALS = ("PT404", "PT409", "22023")
"""An agent may be told no; that changes nothing."""


@dataclass(kw_only=True)
class Walk:
    """Who takes part, and what was done so far. `outcomes` counts them by action, `faults` says what did not add up."""

    pool: asyncpg.Pool[Any]
    chance: random.Random
    customers: list[uuid.UUID] = field(default_factory=list)
    dealers: list[uuid.UUID] = field(default_factory=list)
    riders: list[uuid.UUID] = field(default_factory=list)
    products: dict[str, uuid.UUID] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def pick(self, sql: str, *arguments: Any) -> Any:
        """One row of a question at random, None when there is none."""
        found = await self.pool.fetch(sql, *arguments)
        return self.chance.choice(found) if found else None

    async def staff(self, function: str, *arguments: Any) -> str:
        """An agent's function, with their rights."""
        places = ", ".join(f"${n}" for n in range(1, len(arguments) + 1))
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
                    json.dumps({"role": "authenticated", "sub": AGENT}),
                )
                await connection.execute(f"select {function}({places})", *arguments)
        except asyncpg.PostgresError as error:
            if error.sqlstate not in REFUSALS:
                raise
            return "refused"
        return "done"
