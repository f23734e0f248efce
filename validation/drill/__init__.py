"""Breaks something on purpose, measures what clients notice, and compares it with the environment's limits."""
