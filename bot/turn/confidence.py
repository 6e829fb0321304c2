"""When the built-in model is too unsure of its decision to act on it."""

from __future__ import annotations

ASK_BELOW = -0.7
"""The log-probability of a decision's least sure token below which it is handed on or asked about: about one in two.

Of the calls below it half were right on the development set, and three in ten on questions of another author; the model
card has the tables.
"""
