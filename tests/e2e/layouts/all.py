"""The layouts, by name."""

from collections.abc import Mapping

from tests.e2e.layouts.blog import WholePosts
from tests.e2e.layouts.cards import CardGrid
from tests.e2e.layouts.feeds import AtomOnly, FeedOnly, JsonFeedOnly
from tests.e2e.layouts.modern import UtilityClasses
from tests.e2e.layouts.months import DateArchive
from tests.e2e.layouts.plain import PlainParagraphs
from tests.e2e.layouts.scroll import InfiniteScroll
from tests.e2e.layouts.site import Layout
from tests.e2e.layouts.sitemaps import SitemapBare, SitemapOnly
from tests.e2e.layouts.tables import TableListing

_KINDS: tuple[type[Layout], ...] = (
    TableListing, CardGrid, InfiniteScroll, DateArchive, FeedOnly, AtomOnly, JsonFeedOnly, SitemapOnly, SitemapBare,
    PlainParagraphs, WholePosts, UtilityClasses,
)  # fmt: skip
LAYOUTS: Mapping[str, type[Layout]] = {kind.name: kind for kind in _KINDS}
