import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.segment import has_cjk, segment


@pytest.mark.parametrize(
    "text",
    [
        "中",
        "质量",
        "ひらがな",
        "カタカナ",
        "ｶﾅ",
        "한국어",
        "ㄅㄆ",
        "㐀",
        "\U00020000",
        "々",
        "〇",
        "豈",
        "a 字 b",
        "ᄀ",
    ],
)
def test_scripts_without_spaces(text: str) -> None:
    assert has_cjk(text)


@pytest.mark.parametrize("text", ["", "Zhenhai", "Größe", "Привет", "123", "，。！", "「」", "emoji 🚢", "ไทย", "Ａ１"])
def test_scripts_with_spaces_and_punctuation(text: str) -> None:
    assert not has_cjk(text)


@pytest.mark.parametrize(
    ("text", "segmented"),
    [
        ("", ""),
        ("harbour", "harbour"),
        ("质量监督", "质 量 监 督"),
        ("买iPhone手机", "买 iPhone 手 机"),
        ("2024年5月3日", "2024 年 5 月 3 日"),
        (" 镇海，宁波 ", "镇 海 ， 宁 波"),
        ("a\n\n中", "a 中"),
    ],
)
def test_segmented(text: str, segmented: str) -> None:
    assert segment(text) == segmented


CJK_TEXT = st.text("中质量监督新闻ひカ한", max_size=20)


@given(CJK_TEXT)
def test_every_character_counts(text: str) -> None:
    assert len(segment(text).split()) == len(text)


@given(st.text(max_size=40))
def test_segmenting_twice_is_segmenting_once(text: str) -> None:
    assert segment(segment(text)) == segment(text)
