"""Plain reads through the REST interface, with the errors of our own tree."""

from __future__ import annotations

from typing import Any, Protocol, Self, cast

import httpx
from postgrest.exceptions import APIError

from processors.errors import StorageError, StorageUnavailable
from processors.model import Json
from processors.store import TRANSIENT_API_CODES, TRANSIENT_SQLSTATES


class Query(Protocol):
    """Any query that supabase-py has built."""

    def retry(self, enabled: bool) -> Self: ...

    async def execute(self) -> Any: ...


async def rows(query: Query) -> list[Json]:
    """The rows of a query. Raises StorageUnavailable or StorageError as `Store.call` does."""
    try:
        # The library's own retry waits for seconds, longer than a caller of ours should.
        return cast(list[Json], (await query.retry(False).execute()).data)
    except APIError as error:
        code = str(error.code or "")
        transient = code.startswith(TRANSIENT_SQLSTATES) or code in TRANSIENT_API_CODES
        raise (StorageUnavailable if transient else StorageError)(code, code=code) from None
    except (httpx.HTTPError, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from None


async def one(query: Query) -> Json | None:
    """The first row of a query, None when there is none."""
    found = await rows(query)
    return found[0] if found else None
