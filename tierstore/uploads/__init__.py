"""Uploads across two tiers: what their items and objects must agree on, and how they are brought to it."""
