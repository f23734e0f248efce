"""CDKTF constructs: the three tiers and what surrounds them, one concern each."""

from modules import fast_synthesis

# Here, since no construct can be imported before this package.
fast_synthesis.enable()
