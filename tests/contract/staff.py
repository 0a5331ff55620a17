"""Somebody who answers for everything, as configurations of tests name her."""

MIA = """
[[staff]]
id = "mia"
slack = "U0MIA00001"
name = "Mia Stern"

[[routes]]
owner = "mia"
deputy = "mia"
manager = "mia"
channel = "service"
"""
