"""`POST /functions/v1/whatsapp-simulate`: say something to the service and see its answer at once."""

from __future__ import annotations

import re
from typing import Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.deps import Deps, Developer
from api.errors import responses
from processors.errors import BadRequest
from processors.simulation import text_message

router = APIRouter(prefix="/functions/v1", tags=["functions"])

TEXT_LIMIT = 4096
"""Meta's limit of a text message, in characters."""

_PHONE = re.compile(r"[0-9]{7,15}")
_SPACING = re.compile(r"[\s().-]")


class SimulateRequest(BaseModel):
    """One message of a made-up sender: either `text`, or a whole Graph `message` object."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"phone": "393471234567", "text": "Ciao, avete guinzagli in pelle?"},
                {
                    "phone": "393471234567",
                    "message": {"type": "location", "location": {"latitude": 45.46, "longitude": 9.19}},
                    "language": "it",
                },
            ]
        }
    )

    phone: str = Field(description="Sender: 7 to 15 digits with the country code; spaces and + are ignored.")
    text: str | None = Field(default=None, description=f"1 to {TEXT_LIMIT} characters.")
    message: dict[str, Any] | None = Field(
        default=None,
        description="A message object as in a webhook of the Cloud API; id and time are optional.",
    )
    language: Literal["it", "en", "id"] | None = Field(
        default=None, description="Sets the conversation's language first."
    )

    @field_validator("phone")
    @classmethod
    def _digits(cls, value: str) -> str:
        digits = _SPACING.sub("", value).removeprefix("+")
        if not _PHONE.fullmatch(digits):
            raise ValueError("phone must have 7 to 15 digits")
        return digits

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("text must not be empty")
        if value is not None and len(value) > TEXT_LIMIT:
            raise ValueError(f"text must have at most {TEXT_LIMIT} characters")
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.text is not None and self.message is not None:
            raise ValueError("give either text or message, not both")
        return self


class SimulatedAnswer(BaseModel):
    """What the service would have answered."""

    conversation_id: UUID
    turn_id: UUID | None = Field(description="Null when the message asks for no answer.")
    intent: str | None = Field(examples=["product_inquiry"])
    language: str | None = Field(examples=["it"])
    replies: list[dict[str, Any]] = Field(
        description="In order. `type` is text, buttons, list, image or template.",
        examples=[[{"type": "text", "text": "Guinzaglio in pelle artigianale: 34,00 €"}]],
    )
    timings_ms: dict[str, int] = Field(examples=[{"ingest": 4, "turn": 60, "decide": 31, "total": 70}])
    would_send: list[dict[str, Any]] = Field(
        description="Bodies that Meta's `/messages` would have been sent."
    )


@router.post(
    "/whatsapp-simulate",
    response_model=SimulatedAnswer,
    dependencies=[Developer],
    responses=responses(400, 401, 409, 422, 503),
    summary="Simulate a message",
)
async def simulate(request: SimulateRequest, deps: Deps) -> SimulatedAnswer:
    """Feed one message through the same parser, ingest, claim and processors on a simulated account.

    Nothing is ever sent from there. The quiet window and the rate limit are left out.
    """
    message = request.message
    if message is None:
        if request.text is None:
            raise BadRequest("text is missing", field="text")
        message = text_message(request.text)
    simulator = (await deps.turns()).simulator
    turn = await simulator.say(request.phone, message=message, language=request.language)
    return SimulatedAnswer(
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
        intent=turn.intent,
        language=turn.language,
        replies=[reply.to_json() for reply in turn.replies],
        timings_ms=dict(turn.timings_ms),
        would_send=[dict(reply.would_send) for reply in turn.replies if reply.would_send is not None],
    )
