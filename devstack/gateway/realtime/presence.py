"""Who is there: what the members of a topic say about themselves, for as long as they are joined."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from devstack.gateway.realtime.channel import Channel

Meta = dict[str, Any]


class Presences:
    """The members of one topic that track themselves, by channel. Several may share a key."""

    def __init__(self) -> None:
        self._metas: dict[Channel, Meta] = {}

    def __bool__(self) -> bool:
        return bool(self._metas)

    def state(self) -> dict[str, Any]:
        """Everybody: key → {metas}."""
        state: dict[str, Any] = {}
        for channel, meta in self._metas.items():
            state.setdefault(channel.presence_key, {"metas": []})["metas"].append(meta)
        return state

    def track(self, channel: Channel, payload: Mapping[str, Any]) -> dict[str, Any] | None:
        """Set what a member says. Returns the difference to tell, None when it says the same as before."""
        before = self._metas.get(channel)
        meta: Meta = {**payload, "phx_ref": _ref()}
        if before is not None:
            if _said(before) == dict(payload):
                return None
            meta["phx_ref_prev"] = before["phx_ref"]
        self._metas[channel] = meta
        return _difference(channel, joined=meta, left=before)

    def untrack(self, channel: Channel) -> dict[str, Any] | None:
        """Forget a member. Returns the difference to tell, None when it was not tracked."""
        before = self._metas.pop(channel, None)
        return None if before is None else _difference(channel, left=before)


def _difference(channel: Channel, *, joined: Meta | None = None, left: Meta | None = None) -> dict[str, Any]:
    return {
        "joins": {channel.presence_key: {"metas": [joined]}} if joined else {},
        "leaves": {channel.presence_key: {"metas": [left]}} if left else {},
    }


def _said(meta: Meta) -> Meta:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}


def _ref() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(12)).decode()
