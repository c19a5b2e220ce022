"""Similar articles: those that share an article's telling words.

`similar(db, "https://…", limit=5)` gives values, the most alike first.
"""

from archive.similar.finding import Similar, similar

__all__ = ["Similar", "similar"]
