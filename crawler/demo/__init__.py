"""A small invented news site, served on loopback, for a first crawl and for tests."""
