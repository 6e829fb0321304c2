"""What must hold of the code besides its tests."""
