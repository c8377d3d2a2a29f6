"""A conformance suite for tools that measure how far routes run inside zones."""
