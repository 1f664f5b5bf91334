"""`GET /api/whatsapp/contacts`: people who wrote, newest first, as far as the caller may see them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.deps import Caller
from api.errors import responses
from api.rest.pages import Before, Limit, containing, decode_time_and_id, encode, page, quoted
from api.staff import listed

router = APIRouter(prefix="/api/whatsapp", tags=["staff"])

COLUMNS = ("id", "name", "username", "phone", "language", "opted_out_at", "blocked_at", "created_at")


class ContactPage(BaseModel):
    """One page of contacts and the cursor of the next, null at the end."""

    contacts: list[dict[str, Any]] = Field(
        examples=[[{"id": "…", "name": "Giulia Bianchi", "phone": "393471234567", "language": "it"}]]
    )
    next: str | None


@router.get(
    "/contacts",
    response_model=ContactPage,
    responses=responses(401, 403, 422, 503),
    summary="List contacts",
)
async def contacts(
    caller: Caller,
    search: Annotated[
        str | None, Query(min_length=1, max_length=100, description="Part of a name, user name or number.")
    ] = None,
    before: Before = None,
    limit: Limit = 50,
) -> ContactPage:
    """Row level security decides which contacts there are."""
    query = caller.from_("contacts").select(*COLUMNS)
    conditions = []
    if search is not None:
        conditions.append(_found_by(search))
    if before is not None:
        time, contact_id = decode_time_and_id(before)
        stamp = quoted(time.isoformat())
        conditions.append(f"created_at.lt.{stamp},and(created_at.eq.{stamp},id.lt.{contact_id})")
    for condition in conditions:
        query = query.or_(condition)
    ordered = query.order("created_at", desc=True).order("id", desc=True)
    rows, last = page(await listed(ordered.limit(limit + 1)), limit)
    following = encode(last["created_at"], last["id"]) if last else None
    return ContactPage(contacts=[dict(row) for row in rows], next=following)


def _found_by(search: str) -> str:
    """The logic filter for a search; a number may be written with spaces or signs."""
    pattern = quoted(containing(search.strip()))
    parts = [f"name.ilike.{pattern}", f"username.ilike.{pattern}"]
    number = "".join(character for character in search if character in "0123456789")
    if len(number) >= 3:
        parts.append(f"phone.like.*{number}*")
    return ",".join(parts)
