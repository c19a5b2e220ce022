"""Handing articles on: the formats that other tools of the trade read."""
