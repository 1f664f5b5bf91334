"""What the desk asks storage, as the signed-in person: each screen is a few indexed queries."""
