"""Job advertisements that are none: signs that are known, never a promise that an offer is good."""
