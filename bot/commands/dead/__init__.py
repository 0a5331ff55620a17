"""Look after what could not be applied or sent."""

GROUP = "Run"
RANK = 40
