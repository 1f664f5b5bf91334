"""What needs a person, and the remedies. Each is one function of the database (`*_attention.sql`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.customer.satisfaction import question
from processors.model import Json

KINDS = (
    "overdue",
    "escalation",
    "message",
    "turn",
    "send",
    "refund",
    "push",
    "device",
    "file",
    "event",
    "model",
    "budget",
)
"""Worst first: a person who waits before a file that is missing."""


@dataclass(frozen=True, kw_only=True)
class Attention:
    """`counts` by kind, 100 at most each; `items`, oldest first within their kind, the kinds in the order of KINDS."""

    counts: Mapping[str, int]
    items: list[Json]

    @property
    def total(self) -> int:
        """How many things need a person."""
        return sum(self.counts.values())


async def attention(client: AsyncPostgrestClient) -> Attention:
    """Everything that needs a person in the businesses of whoever asks."""
    found: Any = await rows(client.rpc("attention", {}))
    items = sorted(found["items"], key=lambda item: KINDS.index(item["kind"]))
    return Attention(counts=found["counts"], items=items)


async def attention_count(client: AsyncPostgrestClient) -> int:
    """How many things need a person: the number beside the page's name."""
    found: Any = await rows(client.rpc("attention_count", {}))
    return int(found)


REMEDIES: Mapping[str, tuple[str, Callable[[Json], dict[str, Any]]]] = {
    "take": ("take_over", lambda item: {**_conversation(item), "p_client_key": str(uuid4())}),
    "resolve": (
        "resolve_conversation",
        lambda item: {**_conversation(item), "p_client_key": str(uuid4()), "p_question": question()},
    ),
    "retry_message": ("retry_message", lambda item: {**_conversation(item), "p_message_id": item["id"]}),
    "hurry_turn": ("hurry_turn", lambda item: _conversation(item)),
    "hurry_send": ("hurry_send", lambda item: {"p_message_id": item["id"]}),
    "retry_push": ("retry_push", lambda item: {"p_delivery_id": item["id"]}),
    "retry_refund": ("retry_refund", lambda item: {"p_refund_id": item["id"]}),
    "retry_file": ("retry_file", lambda item: {"p_media_id": item["id"]}),
    "put_aside": ("put_aside_event", lambda item: {"p_event_id": int(item["id"])}),
    "put_aside_model": ("put_aside_model", lambda item: {"p_call_id": int(item["id"])}),
}


def remedies_of(item: Json) -> list[str]:
    """Names of REMEDIES that help with an item, the best first."""
    detail = item["detail"]
    match item["kind"]:
        case "escalation" | "overdue":
            return ["resolve"] if detail["assignee"] else ["take", "resolve"]
        case "message":
            return ["retry_message", "resolve"] if detail["can_retry"] else ["resolve"]
        case "turn":
            return ["take"] if detail["at_work"] else ["hurry_turn", "take"]
        case "send":
            return ["hurry_send"] if detail["state"] == "ready" else []
        case "push":
            return ["retry_push"] if detail["can_retry"] else []
        case "refund":
            return ["retry_refund"] if detail["can_retry"] else []
        case "file":
            return ["retry_file"] if detail["can_retry"] else []
        case "event":
            return ["put_aside"]
        case "model":
            return ["take", "put_aside_model"]
    return []


async def remedy(client: AsyncPostgrestClient, name: str, item: Json) -> None:
    """Do one remedy. Raises what `dashboard.client.rows` raises: Refused with a reason, NotAllowed without the role."""
    function, values = REMEDIES[name]
    await rows(client.rpc(function, values(item)))


def _conversation(item: Json) -> dict[str, Any]:
    return {"p_conversation_id": item["conversation_id"]}
