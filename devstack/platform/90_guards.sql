-- On the platform an extension lets a project write policies on storage.objects and realtime.messages without
-- owning them. Here the project's role is a member of their owner, and this guard refuses everything else.

create or replace function extensions.guard_platform() returns event_trigger
language plpgsql set search_path = ''
as $$
declare
  v_object record;
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    return;
  end if;
  for v_object in select * from pg_catalog.pg_event_trigger_ddl_commands() loop
    -- Triggers and policies name their table, not a schema; auth.users may have a project's triggers.
    if (v_object.schema_name in ('auth', 'storage', 'realtime') and v_object.object_type <> 'policy')
      or (v_object.object_type = 'trigger' and v_object.object_identity ~ ' on (storage|realtime)\.')
    then
      raise exception 'must be owner of %', v_object.object_identity using errcode = '42501';
    end if;
  end loop;
end
$$;
comment on function extensions.guard_platform() is 'Refuses changes of platform tables, except their policies.';

create or replace function extensions.guard_platform_drop() returns event_trigger
language plpgsql set search_path = ''
as $$
declare
  v_object record;
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    return;
  end if;
  for v_object in select * from pg_catalog.pg_event_trigger_dropped_objects() loop
    if v_object.schema_name in ('auth', 'storage', 'realtime') and v_object.object_type <> 'policy' then
      raise exception 'must be owner of %', v_object.object_identity using errcode = '42501';
    end if;
  end loop;
end
$$;
comment on function extensions.guard_platform_drop() is 'Refuses to drop what belongs to the platform.';

create or replace function extensions.tell_api() returns event_trigger
language plpgsql set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('pgrst', 'reload schema');
end
$$;
comment on function extensions.tell_api() is 'A changed schema reaches the API at once.';

drop event trigger if exists guard_platform;
create event trigger guard_platform on ddl_command_end execute function extensions.guard_platform();
drop event trigger if exists guard_platform_drop;
create event trigger guard_platform_drop on sql_drop execute function extensions.guard_platform_drop();
drop event trigger if exists tell_api;
create event trigger tell_api on ddl_command_end execute function extensions.tell_api();
drop event trigger if exists tell_api_drop;
create event trigger tell_api_drop on sql_drop execute function extensions.tell_api();
