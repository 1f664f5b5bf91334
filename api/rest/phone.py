"""`POST /api/phone/say`: an admin speaks as somebody on the simulated account and the engine answers, as on a phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.deps import Caller, Deps
from api.errors import responses
from api.staff import ask
from processors import announcer
from processors.errors import BadRequest, Conflict
from processors.simulation import PHONE_PREFIX

router = APIRouter(prefix="/api/phone", tags=["staff"])

NAME_LIMIT = 60
KEYS = frozenset(
    {"id", "type", "text", "interactive", "button", "location", "audio", "image", "order", "reaction"}
)
"""What the phone may set of a message; its sender, time and account are ours to say."""


class Saying(BaseModel):
    """One message of somebody who is played: `message` as in a webhook of the Cloud API."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "phone": "390012345678",
                    "name": "Giulia",
                    "message": {"type": "text", "text": {"body": "Vorrei due shampoo per cani"}},
                }
            ]
        }
    )

    phone: str = Field(pattern="^[0-9]{7,15}$", description="Digits with the country code.")
    name: str = Field(default="", max_length=NAME_LIMIT, description="The name of the sender's profile.")
    message: dict[str, Any]

    @field_validator("message")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(value) - KEYS):
            raise ValueError(f"message holds what no phone sends: {', '.join(unknown)}")
        return value


class Said(BaseModel):
    """Where it was said. What the engine did with it is in the rows of the conversation."""

    conversation_id: UUID
    turn_id: UUID | None = Field(description="Null when the message asks for no answer.")
    timings_ms: dict[str, int] = Field(examples=[{"ingest": 4, "turn": 60, "decide": 31, "total": 70}])


@router.post(
    "/say",
    response_model=Said,
    responses=responses(400, 401, 403, 409, 422, 503),
    summary="Speak on the simulated account",
)
async def say(saying: Saying, caller: Caller, deps: Deps) -> Said:
    """Needs the role admin. Only people who are played: on that account nobody real is written to or spoken for."""
    book = await ask(caller.rpc("phone_people", {}))
    if book["account_id"] is None:
        raise Conflict(
            "there is no simulated account",
            remedy="Add one to channel_accounts: external_id 'simulator', simulated true.",
        )
    known = {person["phone"] for person in book["people"]}
    if saying.phone not in known and not saying.phone.startswith(PHONE_PREFIX):
        raise BadRequest(
            "phone belongs to nobody who can be played",
            field="phone",
            remedy=f"Take a dealer, a rider, or a number that begins with {PHONE_PREFIX}.",
        )
    simulator = (await deps.turns()).simulator
    turn = await simulator.say(saying.phone, message=saying.message, name=saying.name)
    # Who is told of an order sees it with the answer, whether a worker runs beside us or not.
    await announcer.announce_once(deps.store, deps.settings)
    return Said(conversation_id=turn.conversation_id, turn_id=turn.turn_id, timings_ms=dict(turn.timings_ms))
