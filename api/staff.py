"""Storage as a signed-in person sees it: each request travels under the caller's own access token.

Row level security decides what they see, SQL functions decide what they may do; nothing is decided here.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

import httpx
import orjson
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError

from processors.errors import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StorageError,
    StorageUnavailable,
)
from processors.model import Json
from processors.reads import Query
from processors.settings import Settings
from processors.store import TRANSIENT_API_CODES, TRANSIENT_SQLSTATES, Store

INVALID_VALUE_CODES = ("22023", "22P02", "22007", "22003")


class StaffStore:
    """Hands out REST clients that carry a person's token over the connections of the service."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._url = f"{settings.supabase_url}/rest/v1"
        self._anon_key = settings.supabase_anon_key.get_secret_value()
        self._http = cast(httpx.AsyncClient, store.client.options.httpx_client)

    def of(self, token: str) -> AsyncPostgrestClient:
        """A client for one request; it owns no connection, so making it costs microseconds.

        Raises NotSignedIn for a token that is not a person's. Its signature is checked by the database's
        own door, with every request.
        """
        if _role(token) != "authenticated":
            raise NotSignedIn("the access token is not a signed-in person's")
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {token}"}
        return AsyncPostgrestClient(self._url, headers=headers, http_client=self._http)


def _role(token: str) -> str | None:
    """The role that a JWT claims, None when it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if isinstance(role, str) else None


async def ask(query: Query) -> Any:
    """The data of a query or rpc.

    Raises NotSignedIn, NotAllowed, NotFound, Conflict or BadRequest as the database says why it refuses,
    StorageUnavailable when it can't be asked.
    """
    try:
        return (await query.retry(False).execute()).data
    except APIError as error:
        raise _translated(error) from None
    except (httpx.HTTPError, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from None


async def listed(query: Query) -> list[Json]:
    """The rows of a query; errors as `ask`."""
    return cast(list[Json], await ask(query))


def _translated(error: APIError) -> BadRequest | StorageError:
    code, text = str(error.code or ""), error.message or "storage refused it"
    if code.startswith("PGRST30") or code == "401":
        return NotSignedIn("the access token is wrong or has expired", remedy="Sign in again.")
    if code in ("42501", "403"):
        return NotAllowed(text)
    if code == "PT404":
        return NotFound(text, remedy=error.hint)
    if code == "PT409":
        return Conflict(text, remedy=error.hint)
    if code in INVALID_VALUE_CODES:
        # The functions' own texts begin with the name of the argument.
        field = text.split(" ", 1)[0].rstrip(":") if code == "22023" else None
        return BadRequest(text, field=field, remedy=error.hint)
    if code.startswith(TRANSIENT_SQLSTATES) or code in TRANSIENT_API_CODES:
        return StorageUnavailable(code, code=code)
    return StorageError(code, code=code)
