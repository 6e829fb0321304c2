"""Which tool a question asks for, or that it asks for none, where its wording settles it."""
