"""The asker's own portfolio: what it holds, earned, risks and pays."""
