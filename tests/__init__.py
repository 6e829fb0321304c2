"""Every test of Tuppence."""
