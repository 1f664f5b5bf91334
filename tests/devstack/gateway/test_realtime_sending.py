"""Sending from the database: what arrives, and what silently does not, as on the platform."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from devstack.gateway.realtime.partitions import Partitions
from tests.devstack.gateway.conftest import ALICE, Project
from tests.devstack.gateway.phoenix import SECONDS, Phoenix, phoenix
from tests.fixtures.cluster import NewDatabase

TOPIC = f"user:{ALICE}"


async def joined(socket: Phoenix, project: Project, **config: Any) -> None:
    """Alice at her topic."""
    reply = await socket.join(TOPIC, project.gateway.user_token(ALICE), private=True, **config)
    assert reply["status"] == "ok"


async def test_an_id_is_put_into_the_payload_unless_it_has_one(project: Project) -> None:
    async with phoenix(project.gateway) as socket:
        await joined(socket, project)
        await project.rows("select realtime.send('{\"n\": 1}', 'e', $1)", TOPIC)
        await project.rows("select realtime.send('{\"id\": \"mine\"}', 'e', $1)", TOPIC)
        first, second = await socket.next("broadcast"), await socket.next("broadcast")
        assert first["payload"] == {"n": 1, "id": first["meta"]["id"]}
        assert (second["payload"], first["type"], first["event"]) == ({"id": "mine"}, "broadcast", "e")


async def test_what_can_not_be_sent_is_lost_without_an_error(project: Project) -> None:
    warnings: list[str] = []
    async with phoenix(project.gateway) as socket, project.database.connect() as connection:
        await joined(socket, project)
        connection.add_log_listener(lambda _, message: warnings.append(str(message)))
        send = f"select realtime.send('%s', 'e', '{TOPIC}')"
        for payload in ("[1]", '"text"', "7"):
            await connection.execute(send % payload)
        await connection.execute("begin read only")
        await connection.execute(send % '{"read": "only"}')
        await connection.execute("commit")
        # By somebody without a policy to write: the statement goes on, the message is nowhere.
        await connection.execute("begin; set local role anon")
        await connection.execute(send % '{"by": "anon"}')
        await connection.execute("commit")
        await connection.execute(send % '{"n": "last"}')
        assert (await socket.next("broadcast"))["payload"]["n"] == "last"
        assert socket.received("broadcast") == []
    async with asyncio.timeout(SECONDS):
        while len(warnings) < 5:
            await asyncio.sleep(0.01)
    assert all("ErrorSendingBroadcastMessage" in warning for warning in warnings)


async def test_changes_of_a_row_are_broadcast_by_a_trigger(own_project: Project) -> None:
    async with own_project.database.connect(own_project.database.owner) as connection:
        await connection.execute(
            f"""
            create table public.logs (id int primary key, text text);
            create function public.tell_logs() returns trigger language plpgsql security definer set search_path = ''
            as $$ begin
              perform realtime.broadcast_changes('{TOPIC}', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
              return null;
            end $$;
            create trigger t after insert or update or delete on public.logs for each row
              execute function public.tell_logs();
            """
        )
        async with phoenix(own_project.gateway) as socket:
            await joined(socket, own_project)
            await connection.execute("insert into public.logs values (1, 'a')")
            await connection.execute("update public.logs set text = 'b' where id = 1")
            await connection.execute("delete from public.logs where id = 1")
            told = [await socket.next("broadcast") for _ in range(3)]
        assert [message["event"] for message in told] == ["INSERT", "UPDATE", "DELETE"]
        assert [(m["payload"]["old_record"], m["payload"]["record"]) for m in told] == [
            (None, {"id": 1, "text": "a"}),
            ({"id": 1, "text": "a"}, {"id": 1, "text": "b"}),
            ({"id": 1, "text": "b"}, None),
        ]
        assert {(m["payload"]["table"], m["payload"]["schema"]) for m in told} == {("logs", "public")}
        with pytest.raises(asyncpg.RaiseError, match="not for each statement"):
            await connection.execute(
                f"select realtime.broadcast_changes('{TOPIC}', 'e', 'INSERT', 't', 's', null, null, 'STATEMENT')"
            )


async def test_the_past_is_told_to_those_who_ask_for_it(own_project: Project) -> None:
    project = own_project
    async with phoenix(project.gateway) as early, phoenix(project.gateway) as late:
        await joined(early, project)
        for number in range(4):
            await project.rows(
                "select realtime.send(jsonb_build_object('n', $2::int), 'e', $1)", TOPIC, number
            )
        for _ in range(4):
            await early.next("broadcast")
        await joined(late, project)
        await late.alive()
        assert late.received("broadcast") == []
        await joined(
            late, project, broadcast={"replay": {"since": int(time.time() * 1000) - 60_000, "limit": 2}}
        )
        told = [await late.next("broadcast") for _ in range(2)]
        assert [message["payload"]["n"] for message in told] == [2, 3]
        assert all(message["meta"]["replayed"] for message in told)
        refused = await late.join("public", broadcast={"replay": {"since": 0}})
        assert refused["response"]["reason"] == (
            "UnableToReplayMessages: Replay is not allowed for public channels"
        )


async def test_notifications_that_are_none_of_ours_say_nothing(project: Project) -> None:
    async with phoenix(project.gateway) as socket:
        await joined(socket, project)
        await project.rows(
            "select pg_notify(channel, payload) from unnest('{realtime_messages,realtime_changes}'::text[]) channel, "
            "unnest(array['nonsense', '', ',,', '1', '99999999999999999999', gen_random_uuid()::text]) payload"
        )
        await project.rows("select realtime.send('{\"n\": 1}', 'e', $1)", TOPIC)
        assert (await socket.next("broadcast"))["payload"]["n"] == 1


async def test_a_client_is_told_when_the_database_is_listened_to(project: Project) -> None:
    async with phoenix(project.gateway) as socket:
        await joined(socket, project, broadcast={"replication_ready": True})
        system = await socket.next("system")
        assert (system["status"], system["message"]) == ("ok", "Replication connection established")


async def test_the_client_sends_over_http_without_having_joined(project: Project) -> None:
    async with phoenix(project.gateway) as socket:
        await socket.join("over/http: ü")
        client: Any = await project.gateway.client(project.gateway.anon_key)
        await client.channel("over/http: ü").http_send("told", {"n": 1})
        assert await socket.next("broadcast") == {"event": "told", "payload": {"n": 1}, "type": "broadcast"}
        private = project.gateway.user_token(ALICE)
        await socket.join(TOPIC, private, private=True)
        await client.realtime.set_auth(private)
        await client.channel(TOPIC, {"config": {"private": True}}).http_send("told", {"n": 2})
        assert (await socket.next("broadcast", TOPIC))["payload"] == {"n": 2}


async def test_acknowledged_when_asked_and_never_when_denied(project: Project) -> None:
    async with phoenix(project.gateway) as socket:
        await joined(socket, project, broadcast={"ack": True, "self": True})
        ref = await socket.send(TOPIC, "broadcast", {"type": "broadcast", "event": "e", "payload": {"n": 1}})
        assert (await socket.next("phx_reply", ref=ref))["status"] == "ok"
        assert (await socket.next("broadcast"))["payload"] == {"n": 1}


async def test_partitions_are_made_for_the_next_days_and_old_ones_dropped(new_database: NewDatabase) -> None:
    database = await new_database(platform_only=True)
    async with asyncpg.create_pool(database.admin_url, min_size=0, max_size=1) as pool:
        await pool.execute(
            "create table realtime.messages_2020_01_01 partition of realtime.messages "
            "for values from ('2020-01-01') to ('2020-01-02')"
        )
        partitions = Partitions(pool)
        await partitions.ensure()
        partitions.forget()
        await partitions.ensure()
        found = await pool.fetch(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
            "where i.inhparent = 'realtime.messages'::regclass"
        )
        expected = await pool.fetch(
            "select to_char(current_date + d, '\"messages_\"YYYY_MM_DD') as name from generate_series(-1, 3) d"
        )
        assert {row["relname"] for row in found} == {row["name"] for row in expected}
