"""Chat: what is asked, by whom, where, and what is said back. It knows nothing of finance."""
