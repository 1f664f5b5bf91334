"""Customers who try to talk the assistant into something, and what must not come of it."""
