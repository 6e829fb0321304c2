"""Calculators for plans: savings growth and loans."""
