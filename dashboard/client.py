"""Storage as one signed-in person sees it: each request carries their own access token and the anon key.

Row level security decides what they see; nothing is decided here.
"""

from __future__ import annotations

from typing import Any, Protocol, Self, cast

import httpx
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError

from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotAllowed, NotSignedIn, StorageError, StorageUnavailable
from processors.model import Json
from processors.store import TRANSIENT_API_CODES, TRANSIENT_SQLSTATES


class Refused(BadRequest):
    """The database says no to what a person wants to do. `reason` names why, `refusal.<reason>` tells it.

    What forms save is refused with the names of the fields instead, and a remedy; `code` is the SQL state.
    """

    def __init__(self, message: str, *, reason: str, code: str = "", remedy: str = "") -> None:
        super().__init__(message, field=reason, remedy=remedy)
        self.reason = reason
        self.code = code

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the refusal is about."""
        return tuple(self.reason.split(", "))


class Query(Protocol):
    """Any query that supabase-py has built."""

    def retry(self, enabled: bool) -> Self: ...

    async def execute(self) -> Any: ...


def http_client(settings: DeskSettings) -> httpx.AsyncClient:
    """The one pool below all clients of the desk: HTTP/1.1, few connections, an explicit timeout."""
    return httpx.AsyncClient(
        http2=False,
        timeout=settings.supabase_timeout_seconds,
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=60),
    )


class Storage:
    """Hands out REST clients that carry a person's token over the connections of the process."""

    def __init__(self, settings: DeskSettings, http: httpx.AsyncClient) -> None:
        self._url = f"{settings.supabase_url}/rest/v1"
        self._anon_key = settings.supabase_anon_key.get_secret_value()
        self._http = http

    def of(self, access_token: str) -> AsyncPostgrestClient:
        """A client for the requests of one person. It owns no connection, so making it costs microseconds."""
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {access_token}"}
        return AsyncPostgrestClient(self._url, headers=headers, http_client=self._http)

    def of_nobody(self) -> AsyncPostgrestClient:
        """A client for what may be asked before anybody is known."""
        return self.of(self._anon_key)


async def rows(query: Query) -> list[Json]:
    """The rows of a query.

    Raises NotSignedIn when the token is refused, NotAllowed when the person may not ask this, Refused when
    a function of ours says no, StorageUnavailable when storage can't be asked now, StorageError for anything else.
    """
    try:
        # The library's own retry waits for seconds, longer than a person should.
        return cast(list[Json], (await query.retry(False).execute()).data)
    except APIError as error:
        raise _translated(str(error.code or ""), error.message or "", error.details, error.hint) from None
    except (httpx.HTTPError, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from None


async def one(query: Query) -> Json | None:
    """The first row of a query, None when there is none. Errors as `rows`."""
    found = await rows(query)
    return found[0] if found else None


def _translated(code: str, message: str, details: object, hint: object) -> BadRequest | StorageError:
    if code.startswith("PGRST30") or code == "401":
        return NotSignedIn("the access token is wrong or has expired")
    if code in ("42501", "403"):
        return NotAllowed("row level security refused it")
    if code in ("PT404", "PT409", "22023"):
        named = isinstance(details, str) and all(name.isidentifier() for name in details.split(", "))
        return Refused(message, reason=str(details) if named else "other", code=code, remedy=str(hint or ""))
    if code.startswith(TRANSIENT_SQLSTATES) or code in TRANSIENT_API_CODES:
        return StorageUnavailable(code, code=code)
    return StorageError(code, code=code)
