"""Work that must happen once, whatever stops half-way."""
