"""Articles of an invented paper in two layouts, before and after it moved to another system."""

from crawler.learn.templates import LearnPage
from tests.e2e.fault_site import paragraphs, title

NAMES = ("anchor", "beacon", "cable", "dory", "ebb", "fathom", "gale", "harbour", "inlet", "jetty")
OFFER = "Our letter of the week comes every Friday with the best of the harbour, and costs nothing at all."


def address(name: str) -> str:
    return f"https://paper.example/a/{name}.html"


def day_of(number: int, year: int = 2019) -> str:
    return f"{year}-03-{number + 4:02d}"


def old_page(name: str, number: int) -> str:
    """Return a page with names for everything, a hash beside one of them, and a box in the middle of the text."""
    first, second, third = paragraphs(name)
    return (
        f"<html lang=en><head><title>{title(name)} | The Paper</title></head><body><div class='site-menu'>"
        f"<a href=/>Home</a> <a href=/sport/>Sport</a></div><div class='story css-1a2b3c'>"
        f"<p class='trail'><a href=/>Home</a> &gt; <a href=/news/>News</a></p>"
        f"<h2 class='story-title'>{title(name)}</h2>"
        f"<p class='story-when'>Update : {day_of(number)}</p><p class='story-by'>By {_writer(number)}</p>"
        f"<div class='story-text' id='story-{number}00'><p>{first}</p>"
        f"<div class='letter-box'><p>{OFFER}</p><p>Already {number * 7} readers of {name} have it.</p></div>"
        f"<p>{second}</p><figure class='photo'><img src='/i/{name}.jpg' width=600 height=400>"
        f"<figcaption>The {name} at noon</figcaption></figure><p>{third}</p>"
        f"<ul class='more-links'><li><a href=/a/x{number}.html>Another story about the {name}</a></li></ul></div>"
        f"</div><div class='imprint'>© The Paper</div></body></html>"
    )


def new_page(name: str, number: int) -> str:
    """Return a page of the new layout, where nothing is called as it was."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(name))
    return (
        f"<html lang=en><head><title>{title(name)} - The Paper</title></head><body><header class='top'>"
        f"<a href=/>Home</a></header><main><h1 class='headline'>{title(name)}</h1>"
        f"<time class='stamp' datetime='{day_of(number, 2021)}'>{day_of(number, 2021)}</time>"
        f"<div class='copy'>{text}</div></main></body></html>"
    )


def old_pages(count: int = 6) -> list[LearnPage]:
    return [LearnPage(address(name), old_page(name, number).encode()) for number, name in enumerate(NAMES[:count])]


def new_pages(count: int = 6) -> list[LearnPage]:
    return [LearnPage(address(name), new_page(name, number).encode()) for number, name in enumerate(NAMES[:count])]


def _writer(number: int) -> str:
    return f"{('Ann', 'Bo', 'Cleo', 'Dan')[number % 4]} {('Lee', 'Marsh', 'North')[number % 3]}"
