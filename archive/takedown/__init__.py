"""Withdrawing an article for good: rows, records and files go, a tombstone stays."""
