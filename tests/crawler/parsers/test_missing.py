"""Pages that say that there are none, though the server answers 200; and articles about such pages."""

import pytest

from crawler.parsers.blocked import block_cause
from crawler.parsers.missing import likeness, no_such_page, says_missing

TITLES = (
    "404", "404 Not Found", "Error 404", "Page not found", "Page Not Found | The Herald", "The Herald – Page not found",
    "404 - Page Not Found - The Daily Bugle", "Sorry, page not found!", "That page cannot be found.",
    "The page you are looking for does not exist", "The requested URL was not found",
    "This article is no longer available",
    "We couldn't find that page", "Seite nicht gefunden", "Die Seite wurde leider nicht gefunden", "Fehler 404",
    "Page introuvable", "Cette page n’existe plus", "Página no encontrada - El Diario", "La página no existe",
    "Página não encontrada", "Pagina non trovata", "Pagina niet gevonden", "Strona nie istnieje", "Sidan hittades inte",
    "Stránka nenalezena", "Sayfa bulunamadı", "Страница не найдена", "Сторінку не знайдено", "Η σελίδα δεν βρέθηκε",
    "页面不存在", "抱歉，您访问的页面不存在", "找不到页面",
    "お探しのページは見つかりません", "페이지를 찾을 수 없습니다",
    "الصفحة غير موجودة", "صفحه پیدا نشد", "पृष्ठ नहीं मिला", "Halaman tidak ditemukan",
)  # fmt: skip
STORIES = (
    "Page found after 200 years in the attic", "Missing hiker found alive", "404 new homes for the harbour",
    "Council page turns 100", "Not found guilty: jury frees ferryman after long trial", "Error costs city 410 million",
    "The file that was never found",
    "Nothing found in search of the lake, police say after third day of the hunt",
    "Das Seitenschiff wurde gefunden", "找到了失踪的船", "Room 404: a novel",
)  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_title_that_says_so(title: str) -> None:
    assert says_missing(title.lower())
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Try the search.</p></body></html>"
    assert block_cause(body.encode(), "https://news.example/a.html", "text/html; charset=utf-8") == "soft-404"


@pytest.mark.parametrize("title", STORIES)
def test_a_title_of_a_story(title: str) -> None:
    assert not says_missing(title.lower())


def test_how_alike_texts_are() -> None:
    text = "The ferry to the island runs again from Monday, the council says."
    assert likeness(text, text) == 1.0
    assert likeness(text, text.replace("Monday", "Tuesday")) > 0.7
    assert likeness(text, "A new library opens beside the market in spring.") == 0.0
    assert likeness("渡轮星期一恢复运行", "渡轮星期二恢复运行") > 0.6
    assert likeness("", text) == 0.0


@pytest.mark.parametrize(
    ("url", "start", "end"),
    [
        ("https://a.example/news/2024/x.html?id=1", "https://a.example/news/2024/no-such-page-", ".html"),
        ("https://a.example/news/x/", "https://a.example/news/no-such-page-", "/"),
        ("https://a.example/x", "https://a.example/no-such-page-", ""),
    ],
)
def test_an_address_beside_it(url: str, start: str, end: str) -> None:
    assert no_such_page(url).startswith(start)
    assert no_such_page(url).endswith(end)
