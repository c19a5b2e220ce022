import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.segment import desegment, has_cjk, search_extra, segment


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
def test_segmenting_comes_back(text: str) -> None:
    assert desegment(segment(text)) == text
    assert len(segment(text).split()) == len(text)


@pytest.mark.parametrize("text", ["今天，发布公告。", "“质量”（监督）！", "镇海・宁波、上海"])
def test_punctuation_of_such_scripts_comes_back(text: str) -> None:
    """Else every Chinese snippet reads 公告 。"""
    assert desegment(segment(text)) == text


@given(st.text(max_size=40))
def test_segmenting_twice_is_segmenting_once(text: str) -> None:
    assert segment(segment(text)) == segment(text)


@pytest.mark.parametrize(
    ("marked", "joined"),
    [
        ("质 \x02量 监\x03 督", "质\x02量监\x03督"),
        ("\x02质 量\x03", "\x02质量\x03"),
        ("质\x03 \x02量", "质\x03\x02量"),
        ("the \x02harbour\x03 wall", "the \x02harbour\x03 wall"),
        ("买 iPhone 手 机", "买 iPhone 手机"),
        ("", ""),
    ],
)
def test_desegmented_with_marks(marked: str, joined: str) -> None:
    assert desegment(marked) == joined


def test_what_the_tokenizer_misses() -> None:
    assert search_extra("质量", None, "", "Latin only", "新闻 today") == "质 量 \u2029 新 闻 today"
    assert search_extra("Latin only", None, "") is None
    assert search_extra() is None
