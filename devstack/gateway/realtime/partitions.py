"""Daily partitions of realtime.messages, from yesterday to in three days.

The platform makes them when somebody connects: on a project nobody listens to, sending does nothing. What is older
than three days is dropped.
"""

from __future__ import annotations

import datetime
from typing import Any

import asyncpg

_MAKE = """
do $$
declare
  d date;
  v_name text;
begin
  perform pg_advisory_xact_lock(7234502);
  for d in select generate_series(current_date - 1, current_date + 3, interval '1 day')::date loop
    v_name := 'messages_' || to_char(d, 'YYYY_MM_DD');
    if to_regclass(format('realtime.%I', v_name)) is null then
      execute format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        v_name, d, d + 1);
    end if;
  end loop;
  for v_name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'realtime.messages'::regclass and c.relname ~ '^messages_\\d{4}_\\d\\d_\\d\\d$'
      and c.relname < 'messages_' || to_char(current_date - 3, 'YYYY_MM_DD')
  loop
    execute format('drop table realtime.%I', v_name);
  end loop;
end
$$
"""


class Partitions:
    """Makes them once a day. `pool` connects as superuser, with UTC as its time zone."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool
        self._made_on: datetime.date | None = None

    async def ensure(self) -> None:
        """Make what is missing today. Raises errors of PostgreSQL and of the connection."""
        today = datetime.datetime.now(datetime.UTC).date()
        if self._made_on != today:
            await self._pool.execute(_MAKE)
            self._made_on = today

    def forget(self) -> None:
        """Look again the next time."""
        self._made_on = None
