-- Who hears what over Realtime: `business:{id}:inbox` and `conversation:{id}` bring hints,
-- and at the latter people show that they look or type.

create function private.is_my_topic(p_topic text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when p_topic ~ '^business:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:inbox$' then
      split_part(p_topic, ':', 2)::uuid in (select private.my_businesses())
    when p_topic ~ '^conversation:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then exists (
      select from public.whatsapp_conversations c
      where c.id = split_part(p_topic, ':', 2)::uuid and c.business_id in (select private.my_businesses())
    )
    else false
  end
$$;
comment on function private.is_my_topic(text) is 'Whether a Realtime topic is about a business the signed-in user works for.';
grant execute on function private.is_my_topic(text) to authenticated;

create policy "staff hear their business" on realtime.messages for select to authenticated
  using ((extension = 'broadcast' or (extension = 'presence' and (select realtime.topic()) like 'conversation:%'))
    and (select private.is_my_topic((select realtime.topic()))));
create policy "staff show themselves at a conversation" on realtime.messages for insert to authenticated
  with check (extension = 'presence' and (select realtime.topic()) like 'conversation:%'
    and (select private.is_my_topic((select realtime.topic()))));
