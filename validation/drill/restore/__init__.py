"""Restores a table and an object for real, beside what is in use, and compares them with what was there before."""
