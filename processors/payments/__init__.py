"""Payments by card: what is asked of the provider, and what it reports. Cash needs nobody to be asked."""
