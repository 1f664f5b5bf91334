"""The support desk: one ASGI process that shows staff their conversations.

Reads storage only as the signed-in person, under row level security; it never holds a service key.
"""
