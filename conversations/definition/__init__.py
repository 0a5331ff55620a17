"""A dialogue as its author writes it: read, checked in form, kept."""
