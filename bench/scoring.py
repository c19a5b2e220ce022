"""Adapts an Article to what the corpus scorer reads.

python ../shared/tools/score_pages.py bench.scoring:extract ../shared/corpus/pages
"""

from typing import Any

from crawler.parsers import parse_article


def extract(body: bytes, url: str) -> dict[str, Any]:
    """Return title, published, authors, text and images of a page, read without template or listing."""
    article = parse_article(body, url)
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
