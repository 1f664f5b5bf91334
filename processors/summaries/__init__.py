"""A talk in a few words, every ten messages, in the background."""
