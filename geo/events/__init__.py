"""Conflict events: what they name, and how exactly they are placed."""
