"""Parsers: pure functions from bytes to values."""

from crawler.parsers.article import PARSER_RELEASE, join_pages, parse_article
from crawler.parsers.listing import ListingPage, parse_listing

__all__ = ["PARSER_RELEASE", "ListingPage", "join_pages", "parse_article", "parse_listing"]
