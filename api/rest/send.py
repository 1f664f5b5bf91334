"""`POST /api/whatsapp/send`: a signed-in agent answers a conversation or writes to a number."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter
from postgrest import AsyncPostgrestClient
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api.deps import Caller
from api.errors import responses
from api.staff import ask
from processors.errors import BadRequest

router = APIRouter(prefix="/api/whatsapp", tags=["staff"])


class SendRequest(BaseModel):
    """A text for a conversation, or for a phone number whose conversation is found or opened."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "phone": "393471234567",
                    "text": "Buongiorno, sono Chiara di Dloop.",
                    "client_key": "7d3f0a52-6f4e-4a0e-9a51-0d4c0e3c9f11",
                }
            ]
        }
    )

    conversation_id: UUID | None = None
    phone: str | None = Field(default=None, description="With the country code.")
    business_id: UUID | None = Field(
        default=None, description="For which business, beside a phone; needed by who works for several."
    )
    text: str = Field(min_length=1, max_length=4096)
    client_key: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The same key again sends nothing new and returns the first message.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.conversation_id is not None and self.phone is not None:
            raise ValueError("give either conversation_id or phone, not both")
        return self


class Sent(BaseModel):
    """The stored message; the outbox sends it, receipts move its status."""

    message_id: UUID
    conversation_id: UUID
    status: str = Field(examples=["pending"])
    created_at: AwareDatetime


@router.post(
    "/send",
    response_model=Sent,
    responses=responses(400, 401, 403, 404, 409, 422, 503),
    summary="Answer as an agent",
)
async def send(request: SendRequest, caller: Caller) -> Any:
    """Needs the role admin or agent. The bot is silent in this conversation from now on.

    Outside the 24 h window the answer is 409: only a template can be sent until the customer writes again.
    """
    conversation_id = str(request.conversation_id) if request.conversation_id else None
    if conversation_id is None:
        conversation_id = await _conversation_with(request.phone, request.business_id, caller)
    return await ask(
        caller.rpc(
            "staff_send",
            {
                "p_conversation_id": conversation_id,
                "p_text": request.text,
                "p_client_key": request.client_key or str(uuid4()),
            },
        )
    )


async def _conversation_with(
    phone: str | None, business_id: UUID | None, caller: AsyncPostgrestClient
) -> str:
    if phone is None:
        raise BadRequest("conversation_id or phone is missing", field="conversation_id")
    asked = {"p_phone": phone} | ({"p_business_id": str(business_id)} if business_id else {})
    return str(await ask(caller.rpc("staff_conversation", asked)))
