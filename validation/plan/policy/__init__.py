"""Compares two policy documents by what they allow and deny, not by how they are written.

It errs towards "wider": what it can't prove to be covered by the old policy counts as new.
"""
