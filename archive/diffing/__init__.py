"""Comparing two versions of an article: by sentence and word, Chinese by character."""
