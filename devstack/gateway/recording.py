"""Which calls a program makes: the gateway writes each new shape of a call to a file, never a value of one.

Off unless GATEWAY_RECORD names a file. `python -m devstack.calls` renders it as `docs/gateway-calls.md`. A *call* is
what was asked (method, path, parameters without values); its *kinds* are the features of the platform it relies on.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson

from devstack.gateway.http import Receive, Scope, decode_headers

TEST_HEADER = "x-relaydesk-test"
"""Tests say by it that a call is theirs and not the product's."""

_MAX_BODY = 256 * 1024
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=[:/])\d+", re.IGNORECASE)
_OPERATOR = re.compile(r"(?:not\.)?[a-z]+(?:\((?:any|all|[a-z]+)\))?")
_LOGIC_LEAF = re.compile(r"[(,]\s*(?:[\w>\"-]+\.)((?:not\.)?[a-z]+)\.")
_QUOTED = re.compile(r'"(?:[^"\\\\]|\\\\.)*"')
_RESERVED = ("select", "order", "limit", "offset", "columns", "on_conflict", "or", "and", "not.or", "not.and")
_STORAGE_WORDS = ("sign", "public", "authenticated", "info", "list", "upload", "move", "copy")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One shape of a call."""

    service: str
    """rest, auth, storage, functions or realtime."""
    what: str
    """Method and path, or the event of a websocket; ids are `{id}`."""
    detail: str
    """Parameters without their values."""
    kinds: tuple[str, ...]


class Recorder:
    """Remembers what it has seen, and appends what is new to `file`. Several processes may share one."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._seen: set[Call] = set()

    @property
    def kinds(self) -> set[str]:
        """The kinds of all calls so far."""
        return {kind for call in list(self._seen) for kind in call.kinds}

    @contextlib.contextmanager
    def http(self, scope: Scope, receive: Receive) -> Iterator[Receive]:
        """Note a request when it has been answered; its body is looked at as it passes by."""
        headers = decode_headers(scope["headers"])
        if TEST_HEADER in headers or not ("apikey" in headers or scope["path"].startswith("/functions/")):
            yield receive
            return
        body = bytearray()

        async def passing() -> MutableMapping[str, Any]:
            message = await receive()
            if len(body) < _MAX_BODY:
                body.extend(message.get("body", b""))
            return message

        yield passing
        self._note(_readable(lambda: _http_call(scope, headers, bytes(body))))

    def socket(self, receive: Receive) -> Receive:
        """Note the messages that a client sends."""

        async def passing() -> MutableMapping[str, Any]:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("text"):
                text: str = message["text"]
                self._note(_readable(lambda: _socket_call(text)))
            return message

        return passing

    def _note(self, call: Call | None) -> None:
        if call is None or call in self._seen:
            return
        self._seen.add(call)
        if self._file is not None:
            with self._file.open("ab") as file:
                file.write(orjson.dumps(asdict(call), option=orjson.OPT_APPEND_NEWLINE))


def _readable(read: Callable[[], Call | None]) -> Call | None:
    """What has another shape is no call of the product, and recording must never disturb an answer."""
    try:
        return read()
    except (AttributeError, TypeError, ValueError):
        return None


def _http_call(scope: Scope, headers: dict[str, str], body: bytes) -> Call | None:
    method, path = scope["method"], scope["path"]
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    _, _, rest = path.partition("/v1/")
    if path.startswith("/rest/v1/"):
        return _rest_call(method, rest, pairs, headers, body)
    service = path.split("/")[1]
    if service == "auth":
        grant = dict(pairs).get("grant_type") or dict(pairs).get("scope") or ""
        what = f"{method} /auth/v1/{_ID.sub('{id}', rest)}" + (f" ({grant})" if grant else "")
        kinds = (f"auth: {method} {_ID.sub('{id}', rest)}" + (f" {grant}" if grant else ""),)
        return Call(service="auth", what=what, detail="", kinds=kinds)
    if service == "storage":
        shape = _storage_shape(rest)
        return Call(
            service="storage",
            what=f"{method} /storage/v1/{shape}",
            detail="",
            kinds=(f"storage: {method} {shape}",),
        )
    if service == "functions":
        what = f"{method} /functions/v1/{rest}"
        return Call(service="functions", what=what, detail="", kinds=(f"functions: {method}",))
    return None


def _storage_shape(rest: str) -> str:
    parts = rest.split("/")
    if parts[0] == "bucket":
        return "/".join(["bucket", *(["{bucket}"] if len(parts) > 1 else []), *parts[2:]])
    words = 1
    while words < len(parts) and parts[words] in _STORAGE_WORDS:
        words += 1
    tail = ["{bucket}"] if len(parts) > words else []
    return "/".join([*parts[:words], *tail, *(["{path}"] if len(parts) > words + 1 else [])])


def _rest_call(
    method: str, rest: str, pairs: list[tuple[str, str]], headers: dict[str, str], body: bytes
) -> Call:
    is_rpc = rest.startswith("rpc/")
    kinds = {f"rest: {method} {'rpc' if is_rpc else 'table'}"}
    parts = [*_parameters(pairs, kinds, is_rpc=is_rpc and method == "GET")]
    preferences = {part.strip() for part in headers.get("prefer", "").split(",")} - {""}
    kinds |= {f"rest: Prefer {part.partition('=')[0] if 'max' in part else part}" for part in preferences}
    if "vnd.pgrst.object" in headers.get("accept", ""):
        kinds.add("rest: one object")
        parts.append("one object")
    if is_rpc and method == "POST":
        parts.append(f"({', '.join(_names(body))})")
    elif isinstance(_parsed(body), list):
        kinds.add("rest: several rows at once")
    detail = " ".join([*parts, *sorted(preferences)])
    return Call(service="rest", what=f"{method} /rest/v1/{rest}", detail=detail, kinds=tuple(sorted(kinds)))


def _parameters(pairs: list[tuple[str, str]], kinds: set[str], *, is_rpc: bool) -> Iterator[str]:
    for name, value in sorted(pairs):
        last = name.rpartition(".")[2] if not name.startswith("not.") else name
        if name == "select":
            kinds |= set(_select_kinds(value))
            yield f"select={value}"
        elif last in ("or", "and", "not.or", "not.and"):
            operators = _LOGIC_LEAF.findall(_QUOTED.sub("", value))
            kinds.add(f"rest: {last} of filters")
            kinds |= {f"rest: filter {operator}" for operator in operators}
            yield f"{name}=({','.join(operators)})"
        elif last in _RESERVED:
            kinds.add(f"rest: {last}{' of embedded rows' if '.' in name else ''}")
            yield f"{name}={value}" if last in ("order", "on_conflict") else name
        elif is_rpc and "." not in value:
            yield name
        else:
            operator = _OPERATOR.match(value)
            shown = operator[0] if operator else "?"
            kinds.add(f"rest: filter {shown}{' on embedded rows' if '.' in name else ''}")
            yield f"{name}={shown}"


def _select_kinds(value: str) -> Iterable[str]:
    yield "rest: select"
    if "(" in value:
        yield "rest: embed"
    if "!inner" in value:
        yield "rest: embed !inner"
    if re.search(r"!(?!inner|left)\w+", value):
        yield "rest: embed by name of the key"
    if "->" in value:
        yield "rest: select a JSON path"
    if "::" in value:
        yield "rest: select a cast"
    if re.search(r"[\w]:[^:]", value):
        yield "rest: select under another name"


def _names(body: bytes) -> list[str]:
    """The names of arguments; unknown for a body that was too long to keep."""
    parsed = _parsed(body)
    return sorted(parsed) if isinstance(parsed, dict) else ["…"]


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return None


def _socket_call(text: str) -> Call | None:
    message = _parsed(text.encode())
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        return None
    event, topic = message["event"], _ID.sub("{id}", str(message.get("topic", "")))
    kinds = [f"realtime: {event}"]
    detail = ""
    config = (
        (message.get("payload") or {}).get("config") if isinstance(message.get("payload"), dict) else None
    )
    if event == "phx_join" and isinstance(config, dict):
        private = "private" if config.get("private") else "public"
        kinds = [f"realtime: join {private}"]
        changes = config.get("postgres_changes") or []
        kinds += ["realtime: postgres_changes"] if changes else []
        kinds += ["realtime: presence"] if (config.get("presence") or {}).get("enabled") else []
        detail = " ".join([private, *(f"{c.get('event')} {c.get('table')}" for c in changes)])
    return Call(service="realtime", what=f"{event} {topic}", detail=detail, kinds=tuple(kinds))
