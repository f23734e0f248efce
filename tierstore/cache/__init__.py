"""Copies of entities in Redis and in the process: read first, never trusted blindly, never brought back to life."""
