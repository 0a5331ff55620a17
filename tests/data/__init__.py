"""Databases made by released revisions; each later revision must bring them up to date."""
