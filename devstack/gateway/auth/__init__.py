"""Auth: who may sign in, and the sessions they hold."""
