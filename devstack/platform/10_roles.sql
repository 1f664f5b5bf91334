-- The roles of a hosted project. They belong to the whole server, so this file may meet them already there.
-- :"owner" is the role that owns the project's own objects: `postgres` where that name is free for it.

do $$
declare
  v_role record;
begin
  for v_role in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('supabase_auth_admin', 'nologin noinherit'),
      ('supabase_storage_admin', 'nologin noinherit'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      ('platform_policies', 'nologin noinherit'),
      (:'owner', 'login nosuperuser createdb createrole bypassrls'),
      ('relaydesk_reader', 'login bypassrls')
    ) as wanted (name, attributes)
  loop
    if not exists (select from pg_roles where rolname = v_role.name) then
      execute format('create role %I %s', v_role.name, v_role.attributes);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to :"owner" with admin option;
grant pg_read_all_data, pg_monitor, pg_signal_backend to :"owner";
grant pg_read_all_data to relaydesk_reader;

-- It owns the two platform tables whose policies a project may write; see 90_guards.sql.
grant platform_policies to :"owner";

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role :"owner" set statement_timeout = '2min';
alter role :"owner" set search_path = "$user", public, extensions;
alter role relaydesk_reader set search_path = "$user", public, extensions;
alter role relaydesk_reader set default_transaction_read_only = on;
