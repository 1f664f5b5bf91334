"""Live updates: hints of the database become fresh rows on every open desk that may see them."""
