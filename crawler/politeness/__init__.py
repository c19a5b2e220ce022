"""Manners and safety: whom a crawl may ask, how often, and what it must not give away."""
