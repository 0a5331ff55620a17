"""Cases: lifecycle, policy and the pure step."""
