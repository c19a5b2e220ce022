"""Signs that spare costly patterns: whatever a pattern finds has one of its signs."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.parsers import evidence, images, notices
from crawler.parsers.credits import _CREDIT_END, bracketed_credit


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (notices._NOTICE, notices._is_said),
        (evidence._PRICE, lambda text: evidence._has_any(text, evidence._PRICE_SIGNS)),
        (evidence._CONTROL, lambda text: evidence._has_any(text, evidence._CONTROL_SIGNS)),
        (_CREDIT_END, bracketed_credit),
    ],
    ids=["notice", "price", "control", "credit"],
)
def test_a_match_has_a_sign(pattern: re.Pattern[str], found: object) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(st.from_regex(pattern))
    def has_sign(text: str) -> None:
        assert callable(found)
        assert found(text)

    has_sign()


@pytest.mark.parametrize("name", ["a view.JPG", "view.png", "view.gif", "view.webp", "view.jpeg (2)", "view.avif"])
def test_a_file_name_is_told_by_its_last_letter(name: str) -> None:
    assert images.is_file_name(name)
