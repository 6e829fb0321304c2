"""Makes and measures the built-in finance model; nothing here is needed to run the assistant."""
