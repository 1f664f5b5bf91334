-- The schemas every hosted project starts with, and who may look into them. Nothing in `public` is granted by
-- default: since October 2026 each migration says itself who may use its tables and functions.

create schema if not exists extensions;
create schema if not exists auth authorization supabase_auth_admin;
create schema if not exists storage authorization supabase_storage_admin;
create schema if not exists realtime;

create extension if not exists vector with schema extensions;

grant usage on schema public, extensions to anon, authenticated, service_role;
grant usage on schema auth, storage, realtime to anon, authenticated, service_role, :"owner";
grant usage, create on schema extensions to :"owner";
revoke create on schema public from public;

do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;
alter publication supabase_realtime owner to :"owner";
