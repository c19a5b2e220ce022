"""Backups: dated snapshots of the database, and every file once, by its digest."""
