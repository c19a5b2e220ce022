"""Importing: what other tools have captured, taken into the archive as evidence, and read."""
