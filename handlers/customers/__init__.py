"""Customers: their dialogues, invitations and proposals."""
