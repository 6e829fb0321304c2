"""When the built-in model is too unsure of its decision to act on it."""

from __future__ import annotations

ASK_BELOW = -1.0
"""The log-probability of a decision's least sure token below which it is handed on or asked about: about one in three.

From there up, more of the calls that would be asked about are right than wrong; the model card has the tables.
"""
