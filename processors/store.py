"""The one door to storage: the async `supabase` client with our own pool, timeout and retry.

Rows become frozen objects in `rows.py`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

import httpx
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from processors.errors import StaleTurn, StorageError, StorageUnavailable
from processors.model import Decision, Json, Turn
from processors.rows import Outgoing, outgoing_from_row, turn_from_row
from processors.settings import Settings

RETRY_DELAYS_SECONDS = (0.05, 0.2, 0.6)
"""Waits between tries of an idempotent call; with jitter on top."""

# Deadlock, serialization failure, lock timeout, statement timeout, connection trouble, too many connections.
TRANSIENT_SQLSTATES = ("40001", "40P01", "55P03", "57014", "08", "53", "57P")
TRANSIENT_API_CODES = ("PGRST000", "PGRST001", "PGRST002", "PGRST003", "502", "503", "504")


@dataclass(frozen=True, kw_only=True)
class FinishedTurn:
    """What `finish_turn` did. `more` means that messages came meanwhile and wait for another turn."""

    turn_id: UUID
    silenced: bool
    more: bool
    actions: tuple[Json, ...]
    message_ids: tuple[UUID, ...]


def http_client(settings: Settings) -> httpx.AsyncClient:
    """The HTTP client below supabase-py.

    HTTP/1.1 because a server that closes HTTP/2 connections makes concurrent calls fail; four connections
    because httpx spends its time in larger pools, not on the wire.
    """
    return httpx.AsyncClient(
        http2=False,
        timeout=settings.supabase_timeout_seconds,
        limits=httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=60),
    )


async def connect(settings: Settings, *, http: httpx.AsyncClient | None = None) -> AsyncClient:
    """A service client of the configured project."""
    options = AsyncClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=http or http_client(settings),
    )
    return await acreate_client(
        settings.supabase_url, settings.supabase_service_role_key.get_secret_value(), options=options
    )


class Store:
    """Calls of the engine's SQL functions, typed."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    @classmethod
    async def open(cls, settings: Settings) -> Store:
        return cls(await connect(settings))

    async def close(self) -> None:
        http = self.client.options.httpx_client
        if http is not None:
            await http.aclose()

    async def call(self, function: str, params: Mapping[str, Any], *, retry: bool = True) -> Any:
        """The result of an rpc.

        Every engine function is idempotent (unique keys, tokens, conditional updates), so a call whose answer
        was lost may be made again; pass `retry=False` where that does not hold.

        Raises StorageUnavailable when the database can't be reached or asks to come back later,
        StorageError with its code when it refuses the call.
        """
        delays = (*RETRY_DELAYS_SECONDS, None) if retry else (None,)
        for delay in delays:
            try:
                response = await self.client.rpc(function, dict(params)).execute()
                return cast(Any, response.data)
            except APIError as error:
                failure = _storage_error(error)
            except (httpx.HTTPError, OSError) as error:
                failure = StorageUnavailable(f"{function}: {type(error).__name__}")
            if delay is None or not isinstance(failure, StorageUnavailable):
                raise failure
            await asyncio.sleep(delay * random.uniform(0.75, 1.25))  # noqa: S311  # Jitter, not a secret.
        raise AssertionError("unreachable")

    # Turns.

    async def claim_turns(
        self, *, limit: int, lease_seconds: int, conversation_id: UUID | None = None
    ) -> list[Turn]:
        """Due turns, leased; or the one of `conversation_id`, due or not."""
        turns, _ = await self.claim_due_turns(
            limit=limit, lease_seconds=lease_seconds, conversation_id=conversation_id
        )
        return turns

    async def claim_due_turns(
        self, *, limit: int, lease_seconds: int, conversation_id: UUID | None = None
    ) -> tuple[list[Turn], float | None]:
        """The same, and in how many seconds the next turn is due (None when none waits).

        Not retried: a lost answer's lease runs out by itself, a second claim would only take more.
        """
        params: dict[str, Any] = {"p_limit": limit, "p_lease_seconds": lease_seconds}
        if conversation_id is not None:
            params["p_conversation_id"] = str(conversation_id)
        row = await self.call("claim_turns", params, retry=False)
        return [turn_from_row(turn) for turn in row["turns"]], _seconds(row["next_ms"])

    async def finish_turn(self, turn: Turn, decision: Decision, timings: Json | None = None) -> FinishedTurn:
        """Apply a decision once. Raises StaleTurn when the lease was lost: nothing was written."""
        return await self.finish_with(turn, decision.to_json(), timings)

    async def finish_with(self, turn: Turn, decision: Json, timings: Json | None = None) -> FinishedTurn:
        """The same for a decision in its stored shape."""
        row = await self.call(
            "finish_turn",
            {
                "p_token": str(turn.token),
                "p_message_ids": [str(message.id) for message in turn.messages],
                "p_decision": {**decision, "unheard": _unheard(turn)},
                "p_timings": dict(timings or {}),
            },
        )
        if row["status"] == "stale":
            raise StaleTurn("the lease of this turn was lost")
        return FinishedTurn(
            turn_id=UUID(row["turn_id"]),
            silenced=row["status"] == "silenced",
            more=bool(row["more"]),
            actions=tuple(row.get("actions", ())),
            message_ids=tuple(UUID(i) for i in row.get("message_ids", ())),
        )

    async def fail_turn(self, token: UUID, *, retry_ms: int) -> bool:
        """Give a turn back. False when the lease was lost already."""
        return bool(await self.call("fail_turn", {"p_token": str(token), "p_retry_ms": retry_ms}))

    # The outbox.

    async def claim_outbox(
        self, *, limit: int, lease_seconds: int, settle_seconds: int, per_second: int
    ) -> tuple[list[Outgoing], float | None]:
        """Messages to send now, leased, and in how many seconds the next one is due."""
        row = await self.call(
            "claim_outbox",
            {
                "p_limit": limit,
                "p_lease_seconds": lease_seconds,
                "p_settle_seconds": settle_seconds,
                "p_per_second": per_second,
            },
            retry=False,
        )
        return [outgoing_from_row(message) for message in row["messages"]], _seconds(row["next_ms"])

    async def record_sends(self, results: Sequence[Json], *, settle_seconds: int, max_attempts: int) -> None:
        """Record what became of attempts, a batch in one transaction."""
        await self.call(
            "record_sends",
            {
                "p_results": [dict(result) for result in results],
                "p_settle_seconds": settle_seconds,
                "p_max_attempts": max_attempts,
            },
        )

    # What pipelines read.

    async def customer_orders(self, conversation_id: UUID) -> list[Json]:
        """The customer's latest orders, newest first, each with its parts and their states."""
        return cast(
            list[Json], await self.call("customer_orders", {"p_conversation_id": str(conversation_id)})
        )

    async def order_proposal(self, conversation_id: UUID, proposal_id: UUID) -> Json | None:
        """A change that a shop proposed to the customer of this conversation, None when there is no such."""
        params = {"p_conversation_id": str(conversation_id), "p_proposal_id": str(proposal_id)}
        return cast(Json | None, await self.call("order_proposal", params))

    async def dealer_board(self, dealer_id: UUID) -> Json:
        """A dealer's open `offers`, `orders` under way and `recent_offers`."""
        return cast(Json, await self.call("dealer_board", {"p_dealer_id": str(dealer_id)}))

    async def dealer_day(self, dealer_id: UUID, day: date | None = None) -> Json:
        """How a day went for a dealer, today unless named."""
        params = {"p_dealer_id": str(dealer_id)} | ({"p_day": day.isoformat()} if day else {})
        return cast(Json, await self.call("dealer_day", params))

    async def rider_board(self, rider_id: UUID, *, simulated: bool) -> Json:
        """A rider's open `rides` and `past` ones, of real orders or of played ones."""
        params = {"p_rider_id": str(rider_id), "p_simulated": simulated}
        return cast(Json, await self.call("rider_board", params))

    async def dealer_stock(self, dealer_id: UUID, product_ids: Sequence[UUID]) -> list[Json]:
        """on_hand, reserved and available of these products at a dealer, in the order asked."""
        params = {"p_dealer_id": str(dealer_id), "p_product_ids": [str(p) for p in product_ids]}
        return cast(list[Json], await self.call("dealer_stock_of", params))


def _unheard(turn: Turn) -> list[str]:
    """Voice notes of which the turn had no words; should they have come meanwhile, they are answered after all."""
    return [str(m.id) for m in turn.messages if m.unheard]


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _storage_error(error: APIError) -> StorageError:
    code = str(error.code or "")
    text = f"{code}: {error.message}" if error.message else code
    if code.startswith(TRANSIENT_SQLSTATES) or code in TRANSIENT_API_CODES:
        return StorageUnavailable(text, code=code)
    return StorageError(text, code=code)
