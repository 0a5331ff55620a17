"""What commands share: how they are found and listed, common options, what they begin with, ask for and show."""
