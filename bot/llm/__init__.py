"""Language models behind one socket."""
