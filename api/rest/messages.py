"""`GET /api/whatsapp/messages`: stored messages, newest first, as far as the caller may see them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.deps import Caller
from api.errors import responses
from api.rest.pages import Before, Limit, decode_number, digits, page
from api.staff import listed

router = APIRouter(prefix="/api/whatsapp", tags=["staff"])

COLUMNS = (
    "id",
    "sequence",
    "conversation_id",
    "phone",
    "direction",
    "author",
    "type",
    "content",
    "payload",
    "status",
    "meta_message_id",
    "context_id",
    "intent",
    "transcript",
    "error_code",
    "error_text",
    "provider_time",
    "sent_at",
    "delivered_at",
    "read_at",
    "created_at",
)


class MessagePage(BaseModel):
    """One page of messages and the cursor of the next, null at the end."""

    messages: list[dict[str, Any]] = Field(
        examples=[[{"id": "…", "sequence": 41, "direction": "inbound", "type": "text", "content": "Ciao"}]]
    )
    next: str | None = Field(examples=["41"])


@router.get(
    "/messages",
    response_model=MessagePage,
    responses=responses(401, 403, 422, 503),
    summary="List messages",
)
async def messages(
    caller: Caller,
    conversation_id: UUID | None = None,
    phone: Annotated[str | None, Query(max_length=40, description="With the country code.")] = None,
    business_id: Annotated[
        UUID | None, Query(description="Of one business only, for who works for several.")
    ] = None,
    before: Before = None,
    limit: Limit = 50,
) -> MessagePage:
    """Of one conversation, of one phone number, or of the whole business. Row level security decides."""
    query = caller.from_("whatsapp_messages").select(*COLUMNS)
    if conversation_id is not None:
        query = query.eq("conversation_id", str(conversation_id))
    if phone is not None:
        query = query.eq("phone", digits(phone))
    if business_id is not None:
        query = query.eq("business_id", str(business_id))
    if before is not None:
        query = query.lt("sequence", decode_number(before))
    rows, last = page(await listed(query.order("sequence", desc=True).limit(limit + 1)), limit)
    return MessagePage(messages=[dict(row) for row in rows], next=str(last["sequence"]) if last else None)
