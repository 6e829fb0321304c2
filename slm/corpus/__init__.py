"""The training corpus: phrases written by people, slots filled by code, noise added, calls computed."""
