"""Finance words and what they mean."""
