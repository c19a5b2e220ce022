"""Adapts an Article to what the corpus scorer reads.

python ../shared/tools/score_pages.py bench.scoring:extract ../shared/corpus/pages
"""

import gc
from typing import Any

from crawler.parsers import parse_article

# As the commands do before their first page.
gc.freeze()


def extract(body: bytes, url: str) -> dict[str, Any]:
    """Return title, published, authors, text and images of a page, as a crawl reads it without a template."""
    article = parse_article(body, url, markdown=False)
    stamp = article.published or article.updated
    return {
        "title": article.title,
        "published": stamp.value if stamp else None,
        "authors": article.byline,
        "text": article.body,
        "images": [
            {"url": image.url, "caption": image.caption, "credit": image.credit, "alt": image.alt}
            for image in article.images
        ],
    }
