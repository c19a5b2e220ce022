"""The crawler: everything that knows the web."""
