"""One chat turn, from question to checked reply."""
