"""Stand-ins for Meta's Graph API, OpenAI and Firebase Cloud Messaging: one ASGI app on one port.

Each answers as the real service documents it, refuses what the real service refuses, notes every request, and
can be told to fail. State is in memory. `GET /` lists the control routes. For development and tests only.
"""
