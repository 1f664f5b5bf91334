"""What routes depend on: the runtime, keys and the caller's access token."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from postgrest import AsyncPostgrestClient

from api.runtime import Runtime
from processors.errors import NotSignedIn

_key_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="One of the service's own keys.")
_key_header = APIKeyHeader(name="X-Api-Key", auto_error=False, scheme_name="key header")
_staff_bearer = HTTPBearer(
    auto_error=False, scheme_name="staff", description="Access token of a signed-in member of staff."
)


def runtime(request: Request) -> Runtime:
    """The open runtime of this process."""
    found = request.app.state.runtime
    assert isinstance(found, Runtime)
    return found


Deps = Annotated[Runtime, Depends(runtime)]


def _check(expected: str, bearer: HTTPAuthorizationCredentials | None, header: str | None, name: str) -> None:
    """Refuse unless one of the two ways carries the key. An empty setting refuses everything."""
    given = [bearer.credentials if bearer else "", header or ""]
    # Both are compared, as bytes and in constant time: strings would raise on anything but ASCII.
    matches = [hmac.compare_digest(key.encode("utf-8", "surrogatepass"), expected.encode()) for key in given]
    if not expected or not any(matches):
        raise NotSignedIn(
            f"the {name} is missing or wrong",
            field="X-Api-Key",
            remedy=f"Send the {name} as `Authorization: Bearer` or `X-Api-Key`.",
        )


def developer(
    deps: Deps,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_key_bearer)],
    header: Annotated[str | None, Security(_key_header)],
) -> None:
    """The caller has the developer key."""
    _check(deps.settings.developer_key.get_secret_value(), bearer, header, "developer key")


def service(
    deps: Deps,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_key_bearer)],
    header: Annotated[str | None, Security(_key_header)],
) -> None:
    """The caller has the service key."""
    _check(deps.settings.service_key.get_secret_value(), bearer, header, "service key")


def staff(
    deps: Deps, bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_staff_bearer)]
) -> AsyncPostgrestClient:
    """Storage under the caller's own access token."""
    if bearer is None:
        raise NotSignedIn(
            "the access token is missing",
            field="Authorization",
            remedy="Sign in and send the access token as `Authorization: Bearer`.",
        )
    return deps.staff.of(bearer.credentials)


Developer = Depends(developer)
Service = Depends(service)
Caller = Annotated[AsyncPostgrestClient, Depends(staff)]
