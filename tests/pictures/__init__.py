"""Pictures of answers for the documentation, drawn from the very blocks that were posted."""
