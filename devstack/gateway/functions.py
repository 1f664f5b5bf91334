"""Functions: /functions/v1/* is answered by the api program, so that clients invoke functions as on the platform.

Bodies stream through in both directions. Whose request it is, is for the function to decide: webhooks come without a
key. What the gateway says itself has the platform's codes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from devstack.gateway.http import Receive, Response, Scope, Send

IDLE_SECONDS = 150.0
"""The platform ends a function that has answered nothing for so long."""

_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "transfer-encoding",
        "upgrade",
        "te",
        "trailer",
        "proxy-authorization",
        "host",
    )
)


class FunctionsProxy:
    """Forwards requests to `api_url`."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        # Loopback is plain HTTP: no certificates are loaded.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(IDLE_SECONDS, connect=5.0),
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=20),
            verify=False,  # noqa: S501  # There is no certificate to look at.
            trust_env=False,
        )

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """Pass the api's answer on, or a Response where there is none: 503 when it does not run, 504 when late."""
        if not self._api_url:
            return _failed(503, "BOOT_ERROR", "GATEWAY_API_URL is not set: functions have nowhere to go")
        query = scope["query_string"].decode("latin-1")
        address = self._api_url + scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
        body = _body(receive) if has_body else None
        try:
            async with self._http.stream(
                scope["method"], address, headers=_forwarded(scope), content=body
            ) as answer:
                await _pass_on(answer, send)
        except httpx.TimeoutException:
            return _failed(504, "IDLE_TIMEOUT", "The function took too long")
        except httpx.TransportError:
            return _failed(503, "BOOT_ERROR", f"The api at {self._api_url} is not running")
        return None

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()


def _forwarded(scope: Scope) -> list[tuple[bytes, bytes]]:
    client = scope.get("client")
    kept = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in _HOP_BY_HOP]
    forwarded = b"x-forwarded-for", (client[0] if client else "").encode()
    others = [(name, value) for name, value in kept if name not in (b"x-forwarded-for", b"accept-encoding")]
    # A compressed answer would have to be unpacked and packed again here.
    return [*others, forwarded, (b"accept-encoding", b"identity")]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.WriteError("the caller went away")
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def _pass_on(answer: httpx.Response, send: Send) -> None:
    headers = [
        (n.lower(), v) for n, v in answer.headers.raw if n.lower().decode("latin-1") not in _HOP_BY_HOP
    ]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    async for chunk in answer.aiter_raw():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _failed(status: int, code: str, message: str) -> Response:
    return Response.json({"code": code, "message": message}, status)
