"""The symbol directory and the resolver that turns what people type into one of its listings."""
