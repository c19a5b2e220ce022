"""Citing one version of an article, with the proof of what it said."""
