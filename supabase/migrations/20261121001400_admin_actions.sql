-- What admins change goes one way: known fields only, rows of their business only, recorded with before and after.
-- Saving the same again changes nothing and records nothing.

create function private.refuse(p_field text, p_problem text, p_remedy text, p_code text default '22023') returns void
language plpgsql set search_path = ''
as $$
begin
  raise exception '%: %', p_field, p_problem using errcode = p_code, detail = p_field, hint = p_remedy;
end
$$;
comment on function private.refuse(text, text, text, text) is
  'Raises an error whose message begins with the field, whose detail is the field and whose hint is the remedy.';

create function private.check_text(p_values jsonb, p_field text, p_min integer, p_max integer) returns void
language plpgsql set search_path = ''
as $$
begin
  if p_values ? p_field and (jsonb_typeof(p_values -> p_field) <> 'string'
      or length(btrim(p_values ->> p_field)) not between p_min and p_max) then
    perform private.refuse(p_field, format('must be a text of %s to %s characters', p_min, p_max), 'Shorten it, or fill it in.');
  end if;
end
$$;
comment on function private.check_text(jsonb, text, integer, integer) is 'Refuses a field that is given and is no text of this length.';

create function private.check_number(p_values jsonb, p_field text, p_min numeric, p_max numeric, p_decimals integer default 0) returns void
language plpgsql set search_path = ''
as $$
begin
  -- As text first: what isn't plain digits (NaN, 1e9) is no amount.
  if p_values ? p_field and (coalesce(p_values ->> p_field, '') !~ format('^[0-9]{1,9}(\.[0-9]{1,%s})?$', greatest(p_decimals, 1))
      or (p_values ->> p_field)::numeric not between p_min and p_max
      or (p_values ->> p_field)::numeric <> round((p_values ->> p_field)::numeric, p_decimals)) then
    perform private.refuse(p_field, format('must be a number from %s to %s', p_min, p_max),
      case when p_decimals = 0 then 'Write a whole number, such as 10.' else format('Write it with at most %s decimals, such as 12.90.', p_decimals) end);
  end if;
end
$$;
comment on function private.check_number(jsonb, text, numeric, numeric, integer) is
  'Refuses a field that is given and is no number (as such or as text) in this range with at most these decimals.';

create function private.require_admin(p_business_id uuid, p_values jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin}');
  if jsonb_typeof(p_values) is distinct from 'object' then
    perform private.refuse('values', 'must be an object of fields', 'Send it such as {"name": "…"}.');
  end if;
end
$$;
comment on function private.require_admin(uuid, jsonb) is 'Lets an admin of the business pass with an object of fields; 42501 or 22023 otherwise.';

create function private.require_row(p_table text, p_id uuid, p_roles text[]) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_business uuid;
begin
  execute format('select business_id from public.%I where id = $1 and business_id in (select private.my_businesses())', p_table)
  into v_business using p_id;
  if v_business is null then
    perform private.refuse(p_table, 'there is no such row', 'It may belong to another business, or be gone.', 'PT404');
  end if;
  perform private.require_role(v_business, p_roles);
  return v_business;
end
$$;
comment on function private.require_row(text, uuid, text[]) is 'The business of a row of the caller''s; PT404 when there is none, 42501 without the role.';

create function private.check_field(p_table text, p_business_id uuid, p_field text, p_value jsonb) returns void
language plpgsql set search_path = ''
as $$
declare
  a pg_catalog.pg_attribute;
  v_other regclass;
  v_key text;
  v_found boolean;
begin
  select * into strict a from pg_catalog.pg_attribute where attrelid = format('public.%I', p_table)::regclass and attname = p_field;
  if jsonb_typeof(p_value) = 'null' and a.attnotnull then
    perform private.refuse(p_field, 'can''t be empty', 'Leave it out to keep what is there.');
  end if;
  begin
    execute format('select jsonb_populate_record(null::public.%I, jsonb_build_object($1, $2))', p_table) using p_field, p_value;
  exception when data_exception then
    perform private.refuse(p_field, sqlerrm, format('Send a value of type %s.', pg_catalog.format_type(a.atttypid, a.atttypmod)));
  end;
  -- An id of another business is as good as none.
  for v_other, v_key in
    select r.confrelid, k.attname from pg_catalog.pg_constraint r
    join pg_catalog.pg_attribute k on k.attrelid = r.confrelid and k.attnum = r.confkey[1]
    where r.contype = 'f' and r.conrelid = a.attrelid and r.conkey = array[a.attnum] and jsonb_typeof(p_value) <> 'null'
      and exists (select 1 from pg_catalog.pg_attribute b where b.attrelid = r.confrelid and b.attname = 'business_id')
  loop
    execute format('select exists (select 1 from %s where %I = $1::uuid and business_id = $2)', v_other, v_key)
    into v_found using p_value #>> '{}', p_business_id;
    if not v_found then
      perform private.refuse(p_field, 'there is none with this id in the business', 'Choose one of the business''s own.', 'PT404');
    end if;
  end loop;
end
$$;
comment on function private.check_field(text, uuid, text, jsonb) is
  'Refuses a value that a column can''t hold, or an id of another business, naming the field.';

create function private.columns_of(p_table text, p_constraint text) returns text
language sql stable set search_path = ''
as $$
  -- A check or key is a constraint, a unique index may be none: the columns of either, without the business.
  select coalesce(string_agg(a.attname, ', ' order by a.attnum), p_table)
  from pg_catalog.pg_attribute a
  where a.attrelid = format('public.%I', p_table)::regclass and a.attname <> 'business_id' and a.attnum > 0 and (
    exists (select 1 from pg_catalog.pg_constraint k where k.conrelid = a.attrelid and k.conname = p_constraint and a.attnum = any (k.conkey))
    or exists (select 1 from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      where i.indrelid = a.attrelid and c.relname = p_constraint and a.attnum = any (i.indkey)))
$$;
comment on function private.columns_of(text, text) is 'The columns that a constraint or unique index is about, for messages.';

create function private.changes(p_before jsonb, p_after jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select jsonb_build_object('before', coalesce(jsonb_object_agg(k, p_before -> k) filter (where p_before ? k), '{}'::jsonb),
    'after', coalesce(jsonb_object_agg(k, p_after -> k) filter (where p_after ? k), '{}'::jsonb))
  from (select jsonb_object_keys(coalesce(p_before, '{}'::jsonb) || coalesce(p_after, '{}'::jsonb)) as k) keys
  where p_before -> k is distinct from p_after -> k and k not in ('created_at', 'updated_at')
$$;
comment on function private.changes(jsonb, jsonb) is 'What differs between two states of a row: {before, after}.';

create function private.store_row(p_table text, p_business_id uuid, p_id uuid, p_values jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_names text := coalesce((select string_agg(quote_ident(k), ', ' order by k) from jsonb_object_keys(p_values) k), '');
  v_times text := case when exists (select 1 from pg_catalog.pg_attribute where attrelid = format('public.%I', p_table)::regclass
    and attname = 'updated_at') then ', updated_at = now()' else '' end;
  v_after jsonb;
  v_name text;
begin
  if p_id is null then
    execute format('insert into public.%1$I as t (business_id%2$s) select $1%2$s from jsonb_populate_record(null::public.%1$I, $2) '
      'returning to_jsonb(t)', p_table, case when v_names <> '' then ', ' || v_names else '' end) into v_after using p_business_id, p_values;
  else
    execute format('update public.%1$I t set (%2$s) = (select %2$s from jsonb_populate_record(null::public.%1$I, $2))%3$s '
      'where t.id = $1 returning to_jsonb(t)', p_table, v_names, v_times) into v_after using p_id, p_values;
  end if;
  return v_after;
exception
  when not_null_violation then
    get stacked diagnostics v_name = column_name;
    perform private.refuse(v_name, 'is missing', 'Send it with the rest.');
  when check_violation then
    get stacked diagnostics v_name = constraint_name;
    perform private.refuse(private.columns_of(p_table, v_name), 'this value is not possible', 'It must keep to '
      || (select pg_catalog.pg_get_constraintdef(oid) from pg_catalog.pg_constraint where conname = v_name and conrelid = format('public.%I', p_table)::regclass));
  when foreign_key_violation then
    get stacked diagnostics v_name = constraint_name;
    perform private.refuse(private.columns_of(p_table, v_name), 'there is none with this id', 'Choose one that exists.', 'PT404');
  when unique_violation then
    get stacked diagnostics v_name = constraint_name;
    perform private.refuse(private.columns_of(p_table, v_name), 'there is one already', 'Change that one, or choose another value.', 'PT409');
end
$$;
comment on function private.store_row(text, uuid, uuid, jsonb) is 'Inserts or updates one row, turning what constraints say into errors that name the field.';

create function private.save_row(p_action text, p_table text, p_business_id uuid, p_values jsonb, p_key text[], p_fields text[] default null) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  v_values jsonb := p_values - 'id';
  v_id uuid;
  v_known text[];
  v_field text;
  v_before jsonb;
  v_after jsonb;
  v_owner text := case when p_table = 'businesses' then 'id' else 'business_id' end;
begin
  select array_agg(a.attname::text order by a.attnum) into v_known from pg_catalog.pg_attribute a
  where a.attrelid = format('public.%I', p_table)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    and a.attname <> all ('{id,business_id,created_at,updated_at}') and (p_fields is null or a.attname = any (p_fields));
  for v_field in select k from jsonb_object_keys(v_values) k order by k loop
    if v_field <> all (v_known) then
      perform private.refuse(v_field, 'there is no such field', 'The fields are id, ' || array_to_string(v_known, ', ') || '.');
    end if;
    perform private.check_field(p_table, p_business_id, v_field, v_values -> v_field);
  end loop;
  -- As the columns will hold them: "12.90" and 12.9 are one price.
  execute format('select coalesce(jsonb_object_agg(k, to_jsonb(r) -> k), ''{}''::jsonb) from jsonb_populate_record(null::public.%I, $1) r, '
    'jsonb_object_keys($1) k', p_table) into v_values using v_values;
  if p_values ->> 'id' is not null then
    perform private.check_field(p_table, p_business_id, 'id', p_values -> 'id');
    v_id := p_values ->> 'id';
    execute format('select to_jsonb(t) from public.%I t where t.id = $1 and t.%I = $2 for no key update', p_table, v_owner)
    into v_before using v_id, p_business_id;
    if v_before is null then
      perform private.refuse('id', 'there is none with this id in the business', 'Leave it out to add a new one.', 'PT404');
    end if;
  elsif v_values ?& p_key then
    -- Without an id the natural key decides, so that the same call again finds what the first one made.
    -- Whoever saves the same at the same moment comes second and finds what the first one made.
    perform pg_advisory_xact_lock(hashtextextended(concat_ws('|', p_table, p_business_id), 0));
    execute format('select to_jsonb(t) from public.%1$I t where t.business_id = $1 and (%2$s) = (select %2$s from '
      'jsonb_populate_record(null::public.%1$I, $2)) order by t.id limit 1 for no key update', p_table,
      (select string_agg(quote_ident(k), ', ') from unnest(p_key) k)) into v_before using p_business_id, v_values;
    v_id := v_before ->> 'id';
  end if;
  if v_before is not null and v_before = v_before || v_values then
    return v_before;
  end if;
  if v_before is not null and p_values ? 'id' and p_values ->> 'id' is null then
    perform private.refuse(p_key[1], 'there is one already', 'Change that one, or choose another value.', 'PT409');
  end if;
  v_after := private.store_row(p_table, p_business_id, v_id, v_values);
  perform private.audit(p_business_id, p_action, p_table, v_after ->> 'id', private.changes(v_before, v_after));
  return v_after;
end
$$;
comment on function private.save_row(text, text, uuid, jsonb, text[], text[]) is
  'Adds a row, or changes the one that p_values.id or the natural key p_key names: only the fields given, only p_fields (null: all but '
  'id, business and times). An id that is null asks for a new row: one with this key and other values is refused by its first field (PT409). Recorded with before and after if anything changed. Returns the row. The caller has checked the role.';

create function private.remove_row(p_action text, p_table text, p_business_id uuid, p_id uuid) returns boolean
language plpgsql set search_path = ''
as $$
declare
  v_before jsonb;
begin
  execute format('delete from public.%I t where t.id = $1 and t.business_id = $2 returning to_jsonb(t)', p_table)
  into v_before using p_id, p_business_id;
  if v_before is null then
    return false;
  end if;
  perform private.audit(p_business_id, p_action, p_table, p_id::text, private.changes(v_before, '{}'::jsonb));
  return true;
end
$$;
comment on function private.remove_row(text, text, uuid, uuid) is 'Deletes a row of a business, recorded with what it was. False if it was gone. The caller has checked the role.';
