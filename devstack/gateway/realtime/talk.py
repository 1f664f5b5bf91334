"""What the members of a topic tell each other: broadcasts, and who is there."""

from __future__ import annotations

from devstack.gateway.realtime import frames
from devstack.gateway.realtime.access import Access
from devstack.gateway.realtime.channel import Channel
from devstack.gateway.realtime.frames import Frame
from devstack.gateway.realtime.hub import Hub
from devstack.gateway.realtime.limits import Limits
from devstack.gateway.realtime.refused import Refused


class Talk:
    """Takes what clients send. On a private topic policies are asked at the first message, and the answer is kept."""

    def __init__(self, hub: Hub, access: Access, limits: Limits) -> None:
        self._hub = hub
        self._access = access
        self._limits = limits

    async def broadcast(self, channel: Channel, frame: Frame) -> None:
        """Pass a message on to the others of the topic, if the caller may."""
        rights = channel.rights
        if rights.write_broadcast is None:
            try:
                rights.write_broadcast = await self._access.may_write(
                    channel.topic, channel.claims, "broadcast"
                )
            except Refused:
                return
        if not rights.write_broadcast:
            # The platform drops it silently; a client that asked for the acknowledgement waits for it in vain.
            return
        try:
            size = len(frames.encode(channel.topic, "broadcast", frame.payload))
            if size > self._limits.payload_bytes:
                raise ValueError("payload_size_exceeded")
            self._hub.rate.add()
            self._hub.broadcast(channel.key, frame.payload, channel)
        except ValueError:
            reply = frames.refusal("payload_size_exceeded")
        else:
            reply = frames.ok()
        if channel.ack and channel.is_joined:
            channel.push("phx_reply", reply, frame.ref)

    async def presence(self, channel: Channel, frame: Frame) -> None:
        """Track or untrack the caller."""
        event = str(frame.payload.get("event", "")).lower()
        if not event:
            channel.push("phx_reply", frames.ok(), frame.ref)
            return
        if not channel.presence_calls.take():
            self._hub.shut(channel, "Client presence rate limit exceeded")
            return
        reply = frames.refusal()
        if event == "untrack":
            self._hub.untrack(channel)
            reply = frames.ok()
        elif event == "track" and await self._may_track(channel):
            reply = self._track(channel, frame.payload.get("payload", {}))
        if channel.is_joined:
            channel.push("phx_reply", reply, frame.ref)

    async def _may_track(self, channel: Channel) -> bool:
        rights = channel.rights
        try:
            if rights.read_presence is None:
                renewed = await self._access.read_rights(channel.topic, channel.claims, presence=True)
                rights.read_presence = renewed.read_presence
            if rights.write_presence is None:
                rights.write_presence = await self._access.may_write(
                    channel.topic, channel.claims, "presence"
                )
        except Refused:
            return False
        return rights.write_presence and channel.is_joined

    def _track(self, channel: Channel, payload: object) -> dict[str, object]:
        if not isinstance(payload, dict):
            return frames.refusal("Presence track payload must be a map")
        try:
            if len(frames.encode(channel.topic, "presence", payload)) > self._limits.payload_bytes:
                raise ValueError("too long")
            self._hub.track(channel, payload)
        except ValueError:
            self._hub.shut(channel, "Track message size exceeded")
            return frames.refusal()
        if not channel.presence:
            # To track is to want presence: until now the client has heard of nobody.
            channel.presence = True
            if channel.rights.read_presence:
                channel.push("presence_state", self._hub.presence_state(channel.key))
        return frames.ok()
