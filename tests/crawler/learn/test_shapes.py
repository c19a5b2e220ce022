"""The shapes of addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.identity import normalise
from crawler.learn.shapes import shapes_of, union

HOST = "https://news.example"


@pytest.mark.parametrize(
    ("urls", "fits", "not_fits", "dated"),
    [
        (
            ["/2017-11/23/c_113228.htm", "/2016-01/05/c_98001.htm"],
            ["/2020-02/29/c_123456.htm"],
            ["/2017-11/23/x_1.htm", "/about.htm"],
            True,
        ),
        (
            ["/art/2018/6/9/art_55281_1315847.html", "/art/2018/12/19/art_55281_1400000.html"],
            ["/art/2021/1/1/art_55281_9.html"[:-6] + "99999.html"],
            ["/art/index.html"],
            True,
        ),
        (["/news/a-new-quay/", "/news/old-crane-sold/"], ["/news/x/"], ["/sport/x/", "/news/"], False),
        (["/show.php?id=12", "/show.php?id=7"], ["/show.php?id=99"], ["/show.php?page=2", "/list.php?id=1"], False),
        (
            ["/de/nachrichten/der-alte-kran/", "/de/nachrichten/neue-fähre/"],
            ["/de/nachrichten/x/"],
            ["/en/nachrichten/x/y/"],
            False,
        ),
    ],
)
def test_what_addresses_have_in_common(urls: list[str], fits: list[str], not_fits: list[str], *, dated: bool) -> None:
    shape, *more = shapes_of(HOST + url for url in urls)
    assert more == []
    assert all(shape.matches(HOST + url) for url in (*urls, *fits))
    assert not any(shape.matches(HOST + url) for url in not_fits)
    assert shape.is_dated is dated


def test_the_strict_shape_asks_for_what_all_slugs_have() -> None:
    words = ("crane", "quay", "boat", "net", "rope", "pier")
    (shape,) = shapes_of(f"{HOST}/news/the-old-{word}-is-gone" for word in words)
    assert shape.matches(f"{HOST}/news/page-2")
    assert not shape.matches(f"{HOST}/news/page-2", strictly=True)
    assert shape.matches(f"{HOST}/news/one-more-story", strictly=True)


def test_shapes_of_single_pages_are_left_out() -> None:
    many = [f"{HOST}/2024/01/{day:02}/story-{day}.html" for day in range(1, 29)]
    assert len(shapes_of([*many, f"{HOST}/about/us"])) == 1


def test_the_union_of_shapes() -> None:
    assert union([]) is None
    shapes = shapes_of([f"{HOST}/a/1.html", f"{HOST}/a/2.html", f"{HOST}/b/c/x", f"{HOST}/b/c/y"])
    pattern = union(shapes) or ""
    assert all(re.search(pattern, f"{HOST}{path}") for path in ("/a/3.html", "/b/c/z"))


@given(st.lists(st.text("ab1/-_.?&=()[]*+\\é", max_size=25), min_size=1, max_size=6))
def test_every_address_has_its_own_shape(paths: list[str]) -> None:
    urls = [normalise(f"{HOST}/{path}") for path in paths]
    shapes = shapes_of(urls)
    assert all(any(shape.matches(url) for shape in shapes) for url in urls)
