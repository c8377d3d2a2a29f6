"""Conflict events: where each can be, and how near routes pass them."""
