import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Image, Stamp
from archive.versions import KeptImage, carry_over, digest_of, pack, unpack
from tests.archive.keeping import article, day_of

SHIP = KeptImage(Image("https://h.example/a.png", "A ship.", "X"), "ab12")


def test_the_digest_is_of_a_form_that_does_not_change() -> None:
    """A digest outlives releases: should it change, every article would seem to have changed."""
    got = digest_of(article(), (SHIP, KeptImage(Image("https://h.example/b.png"))))
    assert got == "bf337b01928acaa0d81c1011496657cee48790ae8323dcbb99286cc5bc12d1d0"


@pytest.mark.parametrize(
    "kept",
    [
        dataclasses.replace(SHIP, sha256="cd34"),
        dataclasses.replace(SHIP, sha256=None),
        KeptImage(dataclasses.replace(SHIP.image, caption="A boat."), "ab12"),
        KeptImage(dataclasses.replace(SHIP.image, credit=None), "ab12"),
    ],
)
def test_images_count_by_bytes_and_captions(kept: KeptImage) -> None:
    assert digest_of(article(), (kept,)) != digest_of(article(), (SHIP,))


@pytest.mark.parametrize(
    "kept",
    [
        KeptImage(dataclasses.replace(SHIP.image, url="https://cdn.example/z.png"), "ab12"),
        KeptImage(dataclasses.replace(SHIP.image, alt="ship", position=4), "ab12"),
    ],
)
def test_the_address_of_kept_bytes_does_not_count(kept: KeptImage) -> None:
    assert digest_of(article(), (kept,)) == digest_of(article(), (SHIP,))


def test_order_of_images_counts() -> None:
    other = dataclasses.replace(SHIP, sha256="cd34")
    assert digest_of(article(), (SHIP, other)) != digest_of(article(), (other, SHIP))


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (day_of("2024-05-02"), Stamp("2 May 2024", dt.date(2024, 5, 2), "day"), True),
        (Stamp("3 hours ago", reason="relative"), Stamp("4 hours ago", reason="relative"), True),
        (Stamp("3 hours ago", dt.date(2024, 5, 2), "day", "relative"), None, True),
        (Stamp("3/4/24", reason="ambiguous"), Stamp("4/4/24", reason="ambiguous"), False),
        (Stamp("soon"), None, False),
        (day_of("2024-05-02"), day_of("2024-05-03"), False),
    ],
)
@pytest.mark.parametrize("name", ["updated", "published"])
def test_what_dates_say(name: str, one: Stamp | None, two: Stamp | None, same: bool) -> None:
    fields: list[dict[str, Any]] = [{name: one}, {name: two}]
    digests = [digest_of(article(**given), ()) for given in fields]
    assert (digests[0] == digests[1]) is same


def test_updated_and_published_are_two_fields() -> None:
    day = day_of("2024-05-02")
    fields: list[dict[str, Any]] = [{"updated": day, "published": None}, {"updated": None, "published": day}]
    one, two = (digest_of(article(**given), ()) for given in fields)
    assert one != two


def test_bytes_that_are_known_are_carried_over() -> None:
    failed = KeptImage(SHIP.image, error="timeout")
    unknown = KeptImage(Image("https://h.example/z.png"), error="timeout")
    bare = KeptImage(Image(None, "Alone."))
    other = dataclasses.replace(SHIP, sha256="new")
    known = {"https://h.example/a.png": "ab12"}
    assert [kept.sha256 for kept in carry_over((failed, unknown, bare, other), known)] == ["ab12", None, None, "new"]


@given(st.text(st.characters(exclude_categories=[])))
def test_packed_text_comes_back(text: str) -> None:
    assert unpack(pack(text)) == text


def test_text_that_is_not_packed() -> None:
    assert unpack("plain") == "plain"
    assert unpack(None) == ""
