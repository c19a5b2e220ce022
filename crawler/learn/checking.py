"""What a defined section's first page lists today."""

from crawler.learn.discover import Findings, is_article
from crawler.learn.looking import Look
from crawler.parsers.listing import parse_listing
from crawler.site import Section, Site


def check_section(site: Site, section: Section, look: Look) -> Findings:
    """Return what a section's first page lists by its definition, and what is read of its first articles."""
    start, listing = site.start_url(section), site.listing_of(section)
    document = look.document(start)
    if document is None:
        found = Findings(start, listing, (), "one page")
        found.unsure.append(look.failures.get(start, f"{start} cannot be had"))
        return found
    page = parse_listing(document.body, document.url, listing, content_type=document.content_type)
    entries = tuple(entry for entry in page.entries if site.is_own_host(entry.url))
    how = "next page" if page.next_url else "archives by date" if page.archives else "one page"
    found = Findings(start, listing, entries, how, front=look.page(start))
    if not entries:
        found.unsure.append("the page names no article that fits the definition")
    for entry in entries[:3]:
        article = look.article(entry.url, site)
        if article is None:
            found.unsure.append(look.failures.get(entry.url, f"{entry.url} cannot be had"))
        elif site.template.body or is_article(article, entry.title):
            found.examples[entry.url] = article
        else:
            found.unsure.append(f"{entry.url} is read as {article.kind}, not as an article")
    return found
