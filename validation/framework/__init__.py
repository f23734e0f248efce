"""Runs checks and reports what they found; knows nothing about AWS."""
