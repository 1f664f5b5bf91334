"""What a client asks for when it joins a topic. Like the platform: what can't be read is taken as not said."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from devstack.gateway.realtime.refused import Refused


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Messages of the past that a private channel asks for. `since` is in milliseconds of Unix time."""

    since: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class JoinRequest:
    """The payload of a join."""

    token: str | None
    private: bool
    ack: bool
    echo: bool
    replay: Replay | None
    wants_ready: bool
    """To be told when what the database sends is being listened to."""
    presence_key: str
    presence: bool
    changes: tuple[Mapping[str, Any], ...]
    """Bindings of `postgres_changes`, as sent."""


def read_join(payload: Mapping[str, Any], *, bindings_max: int) -> JoinRequest:
    """Read the payload of a join. Raises Refused."""
    config = _object(payload.get("config"))
    broadcast = _object(config.get("broadcast"))
    presence = _object(config.get("presence"))
    token = payload.get("access_token") or payload.get("user_token")
    key = presence.get("key")
    private = _flag(config.get("private"))
    return JoinRequest(
        token=token if isinstance(token, str) and not token.startswith("sb_") else None,
        private=private,
        ack=_flag(broadcast.get("ack")),
        echo=_flag(broadcast.get("self")),
        replay=_replay(broadcast, private=private),
        wants_ready=_flag(broadcast.get("replication_ready")),
        presence_key=key if isinstance(key, str) and key else str(uuid.uuid1()),
        # Who says nothing about presence has it, as on the platform. Its own clients always say it.
        presence=_flag(presence.get("enabled"), default=True),
        changes=_changes(config.get("postgres_changes"), bindings_max),
    )


def binding_id(binding: Mapping[str, Any]) -> int:
    """The number by which a binding is known to its client: never 0, the same for the same binding. Raises Refused."""
    try:
        return zlib.crc32(orjson.dumps(binding, option=orjson.OPT_SORT_KEYS)) & 0x7FFFFFF or 1
    except orjson.JSONEncodeError:
        raise Refused("UnknownErrorOnChannel", "a binding of postgres_changes is nested too deeply") from None


def _changes(bindings: object, bindings_max: int) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(bindings, list):
        return ()
    found = tuple(binding for binding in bindings if binding is not None)
    if not all(isinstance(binding, dict) for binding in found):
        raise Refused("UnknownErrorOnChannel", "each of postgres_changes must be an object")
    if len(found) > bindings_max:
        raise Refused("UnknownErrorOnChannel", f"more than {bindings_max} postgres_changes in one channel")
    return found


def _replay(broadcast: Mapping[str, Any], *, private: bool) -> Replay | None:
    if "replay" not in broadcast:
        return None
    if not private:
        raise Refused("UnableToReplayMessages", "Replay is not allowed for public channels")
    wanted = broadcast["replay"]
    if not isinstance(wanted, dict):
        return None
    since, limit = wanted.get("since", 0), wanted.get("limit", 10)
    if type(since) is not int or type(limit) is not int or not 0 <= since < 2**53:
        raise Refused("UnableToReplayMessages", "Replay params are not valid")
    return Replay(since=since, limit=max(1, min(limit, 25)))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _flag(value: object, *, default: bool = False) -> bool:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), default)
    return value if isinstance(value, bool) else default
