"""What staff do: buttons, forms, look-ups."""
