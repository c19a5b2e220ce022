"""Tables: those that hold data, as rows of text; those that lay out a page are none."""

from collections.abc import Iterator

from lxml import etree

from crawler.parsers.text import squeeze

_MOST_CELLS = 5_000


def data_rows(table: etree._Element) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table that holds data, () for one that lays out a page.

    Data stands in two rows and two columns at least, in short cells without further tables, images or paragraphs.
    """
    if table.find(".//table") is not None or table.find(".//img") is not None:
        return ()
    rows: list[tuple[str, ...]] = []
    cells_seen = 0
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        cells_seen += len(cells)
        if cells_seen > _MOST_CELLS:
            return ()
        texts = tuple(squeeze("".join(_shown_text(cell))) for cell in cells)
        if any(len(text) > 240 for text in texts) or any(len(cell.findall("p")) > 2 for cell in cells):
            return ()
        if any(texts):
            rows.append(texts)
    wide = [row for row in rows if len(row) > 1]
    linked = sum(len("".join(link.itertext())) for link in table.iter("a"))
    whole = sum(len(text) for row in rows for text in row)
    return tuple(rows) if len(wide) > 1 and 2 * len(wide) > len(rows) and 2 * linked < whole else ()


def _shown_text(cell: etree._Element) -> Iterator[str]:
    for element in cell.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style"):
            if element.text:
                yield element.text
            if element.tag in ("br", "p", "div", "li"):
                yield " "
        if element is not cell and element.tail:
            yield element.tail
