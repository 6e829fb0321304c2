"""Words: everything the product says or tells a model that an editor may change without Python."""
