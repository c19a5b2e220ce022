"""Telling people and monitors what happened: failures, runs, notices."""
