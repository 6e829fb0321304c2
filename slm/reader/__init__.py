"""The reader: a second opinion on what a question asks for."""
