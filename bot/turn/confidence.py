"""When the built-in model is too unsure of its decision to act on it."""

from __future__ import annotations

ASK_BELOW = -3.0
"""The log-probability of a decision's least sure token below which it is handed on or asked about.

A guess until it is set from a reliability table: how often decisions of each confidence were right.
"""
