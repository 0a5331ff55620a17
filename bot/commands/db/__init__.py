"""Move the database."""

GROUP = "Data"
RANK = 40
