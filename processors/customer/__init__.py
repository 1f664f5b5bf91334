"""Talk with customers: products, cart, orders, help."""

from processors.customer.pipeline import respond

__all__ = ["respond"]
