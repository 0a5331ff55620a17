"""Tallies in, digest out; pure."""
