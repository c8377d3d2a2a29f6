"""Adapters: programs that put a question of the suite to a tool and its answer into JSON."""
