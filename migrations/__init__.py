"""The history of the schema. `REVISIONS` lists every one, oldest first; a test compares it with the files."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD = REVISIONS[-1]
