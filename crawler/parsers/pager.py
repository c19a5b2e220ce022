"""Pagers: the links from one part of an article, or of a listing, to the others."""

import re
from collections.abc import Sequence

from archive.identity import normalise
from crawler.parsers.blocks import Block
from crawler.parsers.page import Page
from crawler.parsers.text import squeeze

NEXT_WORDS = frozenset(
    (
        "next, >, >>, ›, », →, next ›, next >, next >>, next », next →, next page, older, older posts, older entries, "
        "anteriores, « anteriores, ältere, ältere artikel, plus anciens, articles plus anciens, meno recenti, "
        "mais antigas, oudere berichten, äldre inlägg, starsze, 以前の記事, 이전 글, 較舊的文章, "
        "older articles, older news, « older, ← older, « older posts, ← older posts, ← older entries, 下一页, 下页, "
        "下一頁, 下頁, 后一页, 下一页 >, 次へ, 次のページ, 다음, siguiente, siguientes, página siguiente, siguiente », "
        "más antiguas, entradas antiguas, « entradas anteriores, suivant, page suivante, suivant », weiter, nächste, "
        "nächste seite, ältere beiträge, successiva, successivo, avanti, próxima, próxima página, próximo, volgende, "
        "следующая, далее, sonraki, další, następna, load more, show more, view more, more news, more articles, "
        "more stories, more posts, mehr laden, mehr anzeigen, weitere meldungen, mehr meldungen, cargar más, "
        "ver más, mostrar más, más noticias, voir plus, plus d'articles, charger plus, carica altri, mostra altri, "
        "carregar mais, "
        "ver mais, meer laden, toon meer, meer nieuws, показать ещё, загрузить ещё, ещё, 加载更多, 查看更多, 更多新闻, "
        "載入更多, もっと見る, さらに表示, 더보기, 더 보기, daha fazla, visa fler, načíst další, zobrazit další, więcej"
    ).split(", ")
)
_WORDS = re.compile(
    r"previous(?:\s+page)?|prev(?:\s+page)?|next(?:\s+page)?|first(?:\s+page)?|last(?:\s+page)?|pages?|home|end|of|"
    r"上一页|下一页|首页|尾页|末页|"
    r"上页|下页|第|页|共|尾|跳转|go",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\d\s<>«»‹›|/\[\]()…·.,:：←→-]+")
_PART = re.compile(r"(?:[_-]|/page/|/|[?&](?:page|p|pn|pageno)=|/p)(\d{1,3})(?=(?:\.[a-z]{3,5})?/?$)", re.IGNORECASE)
_PAGER_SIGN = re.compile(r"\d|[<>«»‹›]|next|prev|[上下]一?页", re.IGNORECASE)
_FILE_END = re.compile(r"(?:/index)?(?:\.[a-z]{3,5})?/?$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d{1,3}")
_BACK_WORDS = frozenset(("<", "<<", "«", "‹", "previous", "previous page", "上一页"))
_MOST_PARTS = 60
_LONGEST_WORD = 40


def is_pager(text: str) -> bool:
    """Return whether a line is nothing but page numbers, arrows and the words beside them."""
    if len(text) > 160 or not _PAGER_SIGN.search(text):
        return False
    rest = _SIGNS.sub("", _WORDS.sub("", squeeze(text)))
    if rest:
        return False
    numbers = re.findall(r"\d+", text)
    return len(numbers) >= 2 or bool(_WORDS.search(text)) or bool(re.search(r"[<>«»‹›]", text))


def page_urls(page: Page, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return the other parts of the article that its pager links to, in order of their numbers.

    A part's address is the article's own with a number added or changed at its end (`c_N_2.htm`, `?page=2`, `/2/`).
    The link's text is that number, or a word for "next" where the pager shows numbers too: "Next »" alone, or an
    address that merely ends alike (`version-4-1-3`), leads to another article.
    """
    try:
        own = normalise(page.url)
    except ValueError:
        return ()
    numbered: dict[int, str] = {}
    named: dict[int, str] = {}
    # From a first part all others have a number in their addresses.
    is_first = part_number(own) == 1 and page.base == page.url
    for block in blocks:
        for text, href, _ in block.runs:
            # A pager's word is short, unless the page's layout sets it in.
            if (
                not href
                or (len(text) > _LONGEST_WORD and not text[0].isspace())
                or (is_first and not _DIGIT.search(href))
                or not _is_pager_text(text)
            ):
                continue
            part = part_of(page, href, own)
            if part:
                shows_number = squeeze(text).strip("[]() ") == str(part[0])
                (numbered if shows_number else named).setdefault(*part)
    found = named | numbered if numbered else {}
    # A later part's pager leads back to the first.
    if part_number(own) > 1 and 1 not in found:
        return ()
    return tuple(found[number] for number in sorted(found))[:_MOST_PARTS]


def part_number(url: str) -> int:
    """Return which part of its article an address is; 1 where it names none."""
    return _stem(url)[1]


def _is_pager_text(text: str) -> bool:
    plain = squeeze(text).lower().strip("[]() ")
    return plain in NEXT_WORDS or plain in _BACK_WORDS or _NUMBER.fullmatch(plain) is not None


def part_of(page: Page, href: str, own: str) -> tuple[int, str] | None:
    """Return number and address of the part of the page's own article that a link leads to."""
    absolute = page.absolute(href)
    if absolute is None:
        return None
    try:
        url = normalise(absolute)
    except ValueError:
        return None
    stem, own_number = _stem(own)
    other, number = _stem(url)
    if url == own or other != stem or (number == 1 and own_number == 1):
        return None
    return number, url


def _stem(url: str) -> tuple[str, int]:
    """Return an address without its part number, and the number."""
    match = _PART.search(url)
    # A number of a listing's or an article's own (`c_113228.htm`, `/2017/11/`) is longer, or stands in a date.
    if match is None or int(match[1]) < 2 or re.search(r"/\d{4}([-/]\d{1,2})?$", url[: match.end()]):
        return _bare(url), 1
    return _bare(url[: match.start()] + url[match.end() :]), int(match[1])


def _bare(url: str) -> str:
    return _FILE_END.sub("", url)
