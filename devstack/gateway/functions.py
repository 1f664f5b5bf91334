"""Functions: /functions/v1/* is answered by the api program, so that clients invoke functions as on the platform."""

from __future__ import annotations

import httpx

from devstack.gateway.http import Request, Response

TIMEOUT_SECONDS = 60.0

_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "content-length", "host")
)


class FunctionsProxy:
    """Forwards requests to `api_url`, bodies whole."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        # Loopback is plain HTTP: no certificates are loaded.
        self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, verify=False, trust_env=False)  # noqa: S501

    async def handle(self, request: Request) -> Response:
        """The api's answer; 503 with a message that says so when it is not running."""
        if not self._api_url:
            return _unavailable("GATEWAY_API_URL is not set: functions have nowhere to go")
        query = f"?{request.query}" if request.query else ""
        headers = {name: value for name, value in request.headers.items() if name not in _HOP_BY_HOP}
        # A compressed answer would have to be unpacked and packed again here.
        headers["accept-encoding"] = "identity"
        headers["x-forwarded-for"] = request.client
        try:
            answer = await self._http.request(
                request.method,
                f"{self._api_url}{request.path}{query}",
                headers=headers,
                content=request.body,
            )
        except httpx.TimeoutException:
            return Response.json({"code": "IDLE_TIMEOUT", "message": "The function took too long"}, 504)
        except httpx.TransportError:
            return _unavailable(f"The api at {self._api_url} is not running")
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        content_type = kept.pop("content-type", None)
        return Response(answer.status_code, answer.content, content_type, kept)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()


def _unavailable(message: str) -> Response:
    return Response.json({"code": "SERVICE_UNAVAILABLE", "message": message}, 503)
