"""Stand-ins for Meta's Graph API, OpenAI and Firebase Cloud Messaging: one ASGI app on one port, state in memory.

Each answers as the real service documents it, refuses what the real service refuses, notes every request, and can
be told to fail. `GET /` lists the control routes. For development, demos and tests only.
"""
