-- The schemas every hosted project starts with, and who may look into them. Nothing in `public` is granted by
-- default: since October 2026 each migration says itself who may use its tables and functions.

create schema extensions;
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema realtime;

create extension vector with schema extensions;

grant usage on schema public, extensions to anon, authenticated, service_role;
grant usage on schema auth, storage, realtime to anon, authenticated, service_role, :"owner";
grant usage, create on schema extensions to :"owner";
revoke create on schema public from public;

create publication supabase_realtime;
alter publication supabase_realtime owner to :"owner";
