"""Use cases: what happens when something arrives, one per file. Knows no SDK, no SQL, no HTML."""
