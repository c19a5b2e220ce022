import pytest

from archive.model import Article
from crawler.attachments.links import Link, files_of

URL = "https://herald.example/news/a.html"


def links(html: str) -> list[Link]:
    return list(files_of(Article(URL, body_html=html)))


def test_files_are_known_by_how_their_addresses_end() -> None:
    html = (
        '<p><a href="https://herald.example/files/Report.PDF?v=2">The <b>report</b></a>, '
        '<a href="/f/table.xlsx"></a>, <a href="/news/b.html">more</a>, <a href="/f/table.xlsx">again</a>, '
        '<a href="/f/%E9%99%84%E4%BB%B6.docx">附件</a></p>'
    )
    assert links(html) == [
        Link("https://herald.example/files/Report.PDF?v=2", "The report"),
        Link("https://herald.example/f/table.xlsx", "table.xlsx"),
        Link("https://herald.example/f/%E9%99%84%E4%BB%B6.docx", "附件"),
    ]


@pytest.mark.parametrize("address", ["mailto:a@b.example?x=.pdf", "javascript:a.pdf", "http://[/x.pdf", "#x.pdf", ""])
def test_what_is_no_address_of_a_file(address: str) -> None:
    assert links(f'<p><a href="{address}">x</a></p>') == []
