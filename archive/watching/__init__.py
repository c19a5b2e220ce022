"""Saved searches: what is new of them, told once, and feeds of any search."""
