"""Who is a member of which topic, and what reaches the members."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from devstack.gateway.realtime import frames
from devstack.gateway.realtime.channel import Channel, Key
from devstack.gateway.realtime.limits import Limits, Rate
from devstack.gateway.realtime.presence import Presences


class Hub:
    """The members of all topics. `left` is called with each channel that is a member no more."""

    def __init__(self, limits: Limits, left: Callable[[Channel], None]) -> None:
        self._left = left
        self._members: dict[Key, dict[Channel, None]] = {}
        self._presences: dict[Key, Presences] = {}
        self.rate = Rate(limits.messages_per_second)
        self.joins = Rate(limits.joins_per_second)

    def members(self, key: Key) -> list[Channel]:
        """Who has joined a topic, in the order of joining."""
        return list(self._members.get(key, ()))

    def add(self, channel: Channel) -> None:
        """A channel is joined."""
        channel.socket.channels[channel.topic] = channel
        self._members.setdefault(channel.key, {})[channel] = None

    def remove(self, channel: Channel) -> None:
        """A channel is left: by its client, by us, or because the socket is gone."""
        if not channel.is_joined:
            return
        channel.is_joined = False
        if channel.socket.channels.get(channel.topic) is channel:
            del channel.socket.channels[channel.topic]
        members = self._members[channel.key]
        del members[channel]
        if not members:
            del self._members[channel.key]
        if channel.expiry is not None:
            channel.expiry.cancel()
        self.untrack(channel)
        self._left(channel)

    def shut(self, channel: Channel, reason: str) -> None:
        """Tell a client why its channel ends, and end it. It does not join again by itself."""
        if not channel.is_joined:
            return
        channel.tell("system", "error", reason)
        channel.push("phx_close", {}, channel.join_ref)
        self.remove(channel)

    # Broadcasts.

    def broadcast(self, key: Key, body: Mapping[str, Any], sender: Channel | None = None) -> None:
        """Send a message to the members of a topic. Raises ValueError for what JSON can't hold."""
        members = self.members(key)
        if not members:
            return
        frame = frames.encode(key[0], "broadcast", body)
        for channel in members:
            if channel.rights.read_broadcast and (channel is not sender or channel.echo):
                self.deliver(channel, frame)

    def deliver(self, channel: Channel, frame: str) -> None:
        """Write a frame to a member and count it; a project that sends too much loses its channels."""
        self.rate.add()
        if self.rate.is_exceeded():
            # Not at once: who leaves is told to the others, who would leave in turn.
            asyncio.get_running_loop().call_soon(self.shut, channel, "Too many messages per second")
        elif channel.is_joined:
            channel.socket.write(frame)

    # Presence.

    def presence_state(self, key: Key) -> dict[str, Any]:
        """Who is there."""
        presences = self._presences.get(key)
        return presences.state() if presences is not None else {}

    def track(self, channel: Channel, payload: Mapping[str, Any]) -> None:
        """A member says who it is. Raises ValueError for what JSON can't hold."""
        frames.encode("", "", payload)
        presences = self._presences.setdefault(channel.key, Presences())
        self._tell_presence(channel.key, presences.track(channel, payload))

    def untrack(self, channel: Channel) -> None:
        """A member is not there any more."""
        presences = self._presences.get(channel.key)
        if presences is None:
            return
        difference = presences.untrack(channel)
        if not presences:
            del self._presences[channel.key]
        self._tell_presence(channel.key, difference)

    def _tell_presence(self, key: Key, difference: dict[str, Any] | None) -> None:
        if difference is None:
            return
        frame = frames.encode(key[0], "presence_diff", difference)
        for channel in self.members(key):
            if channel.rights.read_presence:
                self.deliver(channel, frame)
