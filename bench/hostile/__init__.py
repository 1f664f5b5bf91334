"""Hostile requests to the gateway's REST, and what must hold whatever they say.

The strategy knows the grammar, so that most requests come past the parser, and then bends what it wrote. Every
statement on its way to the database is read: outside of quotes it may hold only words that the gateway itself
writes. Used by `./dev chaos gateway` and, in small, by the tests.
"""
