-- Who works here, as admins see them.

create function public.staff_list(p_business_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_role(p_business_id, '{admin}');
  return (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'user_id', s.user_id, 'name', s.name, 'role', s.role, 'active', s.active,
      'email', u.email, 'signed_in_at', u.last_sign_in_at, 'created_at', s.created_at)
    order by s.active desc, s.name, s.id), '[]'::jsonb)
    from public.staff s join auth.users u on u.id = s.user_id where s.business_id = p_business_id);
end
$$;
comment on function public.staff_list(uuid) is
  'Staff of a business for its admins, with what Auth knows: [{id, user_id, name, role, active, email, signed_in_at, created_at}].';

grant execute on function public.staff_list(uuid) to authenticated, service_role;
