import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archive.families.shingles import shared, shingle

STORY = "The harbour board met on 3 May. Ada Quill, its chair, spoke of 40 new cranes for the northern quay."


def test_a_text_is_its_words_and_each_chinese_character() -> None:
    text = shingle("In 上海市, 25 people.")
    assert text.size == 6
    assert text.alone.tolist() == [False, True, True, True, False, False]
    assert text.numbers.tolist() == [False, False, False, False, True, False]


def test_signs_case_width_and_place_say_nothing() -> None:
    assert shingle("Quay, 25 SHIPS!").tokens.tolist() == shingle("quay ２５ ships").tokens.tolist()
    assert shingle(f"{'word ' * 500}quay").tokens[-1] == shingle("quay").tokens[0]


def test_names_are_capitals_within_a_sentence() -> None:
    text = shingle("The board met. Then Ada Quill spoke: Never.")
    assert [at for at, is_name in enumerate(text.names) if is_name] == [4, 5]


def test_the_bands_stay_what_they_are() -> None:
    """They lie in archives: another hash would find nothing there."""
    assert shingle(STORY).bands()[:3] == [-1145136652, -1130485548, -1128936480]
    assert shingle("东部码头改造方案周三获得通过，工程将于五月开工。").bands()[:2] == [-2096750629, -1992434130]


def test_bands_are_few_and_fit_an_integer_of_four_bytes() -> None:
    for text, most in ((STORY * 20, 10), ("东部码头改造方案周三获得通过。" * 3, 12)):
        bands = shingle(text).bands()
        assert 0 < len(bands) <= most
        assert all(-(1 << 31) <= band < 1 << 31 for band in bands)


def test_little_text_has_no_bands() -> None:
    assert shingle("").bands() == shingle("Quay.").bands() == []
    assert shingle("").size == 0


@given(st.text(), st.text())
def test_any_text_is_taken_and_pairs_are_sets(one: str, other: str) -> None:
    first, second = shingle(one), shingle(other)
    assert shared(first.pairs, second.pairs) == len(np.intersect1d(first.pairs, second.pairs))
    assert len(shingle(f"{one} {other}").tokens) <= first.size + second.size


@given(st.text(alphabet="ab 我们。,1"))
def test_what_stands_behind_changes_no_hash(text: str) -> None:
    whole = shingle(f"{text} end").tokens
    assert shingle(text).tokens.tolist() == whole[:-1].tolist()
