"""REST: the part of PostgREST that the Python client speaks. What is outside of it is refused, never ignored."""
