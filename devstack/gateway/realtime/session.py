"""What a client asks over its socket: join, leave, new token, and to talk. One message after the other.

Like the platform, which waits for a join to be answered before it reads on: a refused one delays what follows it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Protocol

from devstack.gateway.realtime import frames
from devstack.gateway.realtime.access import Access
from devstack.gateway.realtime.channel import PUBLIC, Channel, Rights
from devstack.gateway.realtime.claims import Claims, Verify, claims_of
from devstack.gateway.realtime.feed import Broadcast
from devstack.gateway.realtime.frames import Frame
from devstack.gateway.realtime.hub import Hub
from devstack.gateway.realtime.joining import JoinRequest, Replay, binding_id, read_join
from devstack.gateway.realtime.limits import Limits, Window
from devstack.gateway.realtime.refused import Refused, unreadable
from devstack.gateway.realtime.socket import Socket
from devstack.gateway.realtime.talk import Talk

log = logging.getLogger(__name__)

CONFIRM_SECONDS = 3600.0
"""A timer never sleeps longer, so that a token which is good for years needs no timer for years."""


UNMATCHED = "unmatched topic"
"""What Phoenix answers to a message of a topic that is not joined."""


class ClosedByUs(Exception):
    """The connection must end."""


class Subscriptions(Protocol):
    """Who hears of changed rows."""

    def subscribe(self, channel: Channel, bindings: tuple[Claims, ...]) -> None: ...

    def resubscribe(self, channel: Channel) -> None: ...


class Past(Protocol):
    """What was sent before."""

    async def replay(self, topic: str, wanted: Replay) -> list[Broadcast]: ...

    async def wait_ready(self) -> bool: ...


class Session:
    """Answers the frames of one socket."""

    def __init__(
        self,
        socket: Socket,
        *,
        hub: Hub,
        access: Access,
        subscriptions: Subscriptions,
        past: Past,
        verify: Verify,
        limits: Limits,
        join_error_seconds: float,
    ) -> None:
        self._socket = socket
        self._hub = hub
        self._access = access
        self._talk = Talk(hub, access, limits)
        self._subscriptions = subscriptions
        self._past = past
        self._verify = verify
        self._limits = limits
        self._join_error_seconds = join_error_seconds
        self._waiting: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """The socket is gone."""
        for channel in list(self._socket.channels.values()):
            self._hub.remove(channel)
        for task in self._waiting:
            task.cancel()

    async def receive(self, frame: Frame) -> None:
        """Answer one frame. Raises ClosedByUs when the whole connection must end."""
        socket, topic = self._socket, frame.name
        if frame.topic == frames.HEARTBEAT_TOPIC:
            socket.push(frames.HEARTBEAT_TOPIC, "phx_reply", frames.ok(), frame.ref)
            return
        if topic is None:
            socket.write(frames.encode_for(frame.topic, "phx_reply", frames.refusal(UNMATCHED), frame.ref))
            return
        channel = socket.channels.get(topic)
        if frame.event == "phx_join":
            await self._join(topic, frame)
        elif frame.event == "phx_leave":
            self._leave(topic, channel, frame)
        elif channel is None:
            socket.push(topic, "phx_reply", frames.refusal(UNMATCHED), frame.ref)
        elif frame.event == "access_token":
            await self._new_token(channel, frame.payload.get("access_token"))
        elif frame.event == "broadcast":
            await self._talk.broadcast(channel, frame)
        elif frame.event == "presence":
            await self._talk.presence(channel, frame)
        else:
            log.info("a message of a kind that is not known was left alone")

    # Joining and leaving.

    async def _join(self, topic: str, frame: Frame) -> None:
        try:
            request = read_join(frame.payload, bindings_max=self._limits.bindings_per_channel)
            channel = await self._admit(topic, request, frame.join_ref or frame.ref)
            past = await self._past.replay(topic, request.replay) if request.replay else []
            bindings = [{**binding, "id": binding_id(binding)} for binding in request.changes]
        except Refused as refused:
            await asyncio.sleep(self._join_error_seconds)
            self._socket.push(topic, "phx_reply", frames.refusal(refused.reason), frame.ref)
            if refused.code == "ClientJoinRateLimitReached":
                raise ClosedByUs from None
            return
        before = self._socket.channels.get(topic)
        if before is not None:
            self._hub.remove(before)
        self._hub.add(channel)
        self._confirm_later(channel)
        channel.push("phx_reply", frames.ok({"postgres_changes": bindings}), frame.ref)
        if before is not None:
            # A second join of a topic closes the first. Clients that look at the topic alone take it for theirs.
            channel.push("phx_close", {}, before.join_ref)
        for message in past:
            body = message.body
            channel.push("broadcast", body | {"meta": {"replayed": True, "id": message.id}})
        if channel.presence and channel.rights.read_presence:
            channel.push("presence_state", self._hub.presence_state(channel.key))
        if request.wants_ready:
            self._later(self._tell_ready(channel))
        if request.changes:
            self._subscriptions.subscribe(channel, request.changes)

    async def _admit(self, topic: str, request: JoinRequest, join_ref: str | None) -> Channel:
        """The channel of a join that is granted. Raises Refused."""
        limits = self._limits
        self._check_limits(topic)
        token = request.token or self._socket.token
        claims = claims_of(token, self._verify)
        rights = PUBLIC
        if request.private:
            rights = await self._access.read_rights(topic, claims, presence=request.presence)
            if request.replay and not rights.read_broadcast:
                raise unreadable(topic)
        is_anonymous = claims["role"] == "anon"
        return Channel(
            socket=self._socket,
            topic=topic,
            private=request.private,
            join_ref=join_ref,
            token=token,
            claims=claims,
            rights=rights,
            ack=request.ack,
            echo=request.echo,
            presence_key=request.presence_key,
            presence=request.presence,
            presence_calls=Window(limits.presence_calls, limits.presence_seconds),
            ends_at=time.time() + limits.anonymous_seconds if is_anonymous else float("inf"),
        )

    def _check_limits(self, topic: str) -> None:
        limits = self._limits
        if not topic:
            raise Refused("TopicNameRequired", "You must provide a topic name")
        if len(topic) > limits.topic_characters or "\0" in topic:
            raise Refused(
                "UnknownErrorOnChannel",
                f"a topic has at most {limits.topic_characters} characters, none of them the null character",
            )
        if self._hub.joins.is_exceeded(1):
            raise Refused("ClientJoinRateLimitReached", "Too many joins per second")
        self._hub.joins.add()
        if topic not in self._socket.channels and len(self._socket.channels) >= limits.channels_per_socket:
            raise Refused("ChannelRateLimitReached", "Too many channels")

    def _leave(self, topic: str, channel: Channel | None, frame: Frame) -> None:
        self._socket.push(topic, "phx_reply", frames.ok(), frame.ref)
        if channel is not None:
            channel.push("phx_close", {}, channel.join_ref)
            self._hub.remove(channel)

    # Tokens.

    def _confirm_later(self, channel: Channel) -> None:
        if channel.expiry is not None:
            channel.expiry.cancel()
        left = min(channel.claims["exp"], channel.ends_at) - time.time()
        delay = min(max(left, 0.0), CONFIRM_SECONDS)
        channel.expiry = asyncio.get_running_loop().call_later(delay, self._confirm, channel)

    def _confirm(self, channel: Channel) -> None:
        ends = min(channel.claims["exp"], channel.ends_at)
        if ends > time.time():
            self._confirm_later(channel)
        else:
            self._hub.shut(channel, f"Token has expired {int(time.time() - ends)} seconds ago")

    async def _new_token(self, channel: Channel, token: object) -> None:
        if not isinstance(token, str) or token.startswith("sb_") or token == channel.token:
            return
        try:
            claims = claims_of(token, self._verify)
            rights = await self._renewed_rights(channel, claims)
        except Refused as refused:
            self._hub.shut(channel, refused.message)
            return
        channel.token, channel.claims, channel.rights = token, claims, rights
        channel.ends_at = float("inf") if claims["role"] != "anon" else channel.ends_at
        self._confirm_later(channel)
        self._subscriptions.resubscribe(channel)

    async def _renewed_rights(self, channel: Channel, claims: Claims) -> Rights:
        """The rights under new claims. Raises Refused when less may be read than before."""
        if not channel.private:
            return PUBLIC
        before = channel.rights
        rights = await self._access.read_rights(channel.topic, claims, presence=channel.presence)
        if (before.read_broadcast and not rights.read_broadcast) or (
            before.read_presence and rights.read_presence is False
        ):
            raise Refused(
                "Unauthorized",
                f"You no longer have permission to read from this Channel topic: {channel.topic}",
            )
        return rights

    # What takes time without keeping the client waiting.

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _tell_ready(self, channel: Channel) -> None:
        is_ready = await self._past.wait_ready()
        if not channel.is_joined:
            return
        if is_ready:
            channel.tell("system", "ok", "Replication connection established")
        else:
            self._hub.shut(channel, "Replication connection was not established in time")
