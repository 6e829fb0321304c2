"""What the wording of a question settles about the calls that a small model wrote."""
