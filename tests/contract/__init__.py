"""What relaydesk expects of a Supabase project: the same tests run against the embedded gateway and a hosted one."""
