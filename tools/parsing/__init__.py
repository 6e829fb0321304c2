"""Strict parsers for what people type: each accepts exactly one complete expression, or returns None.

None of them ever raises or guesses: the same functions say which pieces of a question may be an argument at
all, so a parser that takes half an expression for a whole would offer the wrong piece.
"""
