"""`POST /api/staff/invite`: an admin invites somebody to work at the desk."""

from __future__ import annotations

import logging
from typing import Any, Literal
from uuid import UUID

import httpx
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from supabase_auth.errors import AuthApiError, AuthError

from api.deps import Caller, Deps
from api.errors import responses
from api.runtime import Runtime
from api.staff import ask
from processors.errors import BadRequest, NotFound, StorageUnavailable

log = logging.getLogger(__name__)

router = APIRouter(prefix="/api/staff", tags=["staff"])


class Invitation(BaseModel):
    """Who is invited, and as what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "business_id": "00000000-0000-4000-8000-000000000001",
                    "email": "chiara@example.com",
                    "name": "Chiara Conti",
                    "role": "agent",
                }
            ]
        }
    )

    business_id: UUID
    email: str = Field(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")
    name: str = Field(default="", max_length=200)
    role: Literal["admin", "agent", "viewer"]


class Invited(BaseModel):
    """The person's row of staff; `mailed` says whether Auth wrote to them, which it does to new people."""

    staff: dict[str, Any] = Field(
        examples=[{"id": "…", "name": "Chiara Conti", "role": "agent", "active": True}]
    )
    mailed: bool


@router.post(
    "/invite",
    response_model=Invited,
    responses=responses(401, 403, 409, 422, 503),
    summary="Invite a member of staff",
)
async def invite(invitation: Invitation, caller: Caller, deps: Deps) -> Invited:
    """Auth's invitation takes the service's key, so it is made here, once the database has let the admin pass.

    Asked first is the database, under the caller's own token: it adds somebody who signs in already, and refuses
    whoever is no admin. Only when it knows nobody with this address does Auth make the user and write to them.
    """
    email = invitation.email.strip().lower()
    row = {
        "email": email,
        "name": invitation.name.strip(),
        "role": invitation.role,
        "active": True,
    }
    asked: dict[str, Any] = {"p_business_id": str(invitation.business_id), "p_staff": row}
    call = caller.rpc("save_staff", asked)
    try:
        return Invited(staff=await ask(call), mailed=False)
    except NotFound:
        await _write_to(deps, email)
    return Invited(staff=await ask(call), mailed=True)


async def _write_to(deps: Runtime, email: str) -> None:
    """Make the user. Somebody else may have done so a moment ago, which is as good."""
    try:
        await deps.store.client.auth.admin.invite_user_by_email(email)
    except AuthApiError as error:
        if error.code == "email_exists" or error.status == 409:
            return
        if error.status < 500 and error.status != 429:
            raise BadRequest(
                "email is not accepted", field="email", remedy="Check how the address is written."
            ) from None
        log.warning("invite: Auth answered %s", error.status)
        raise StorageUnavailable("auth") from None
    except (AuthError, httpx.HTTPError, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from None
