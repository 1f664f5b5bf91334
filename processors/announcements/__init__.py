"""Texts of order events: one file per audience."""

from processors.announcements.render import render

__all__ = ["render"]
