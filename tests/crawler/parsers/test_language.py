"""In which language an article is."""

import pytest

from crawler.parsers import parse_article
from crawler.parsers.language import language_of_text, tag_of
from tests.crawler.parsers.small_pages import STORY, TEXT, TITLE, URL, page_of

TEXTS = {
    "zh": (
        "港务局星期二投票决定重建去年冬天被风暴冲走的第二码头。工程将于春天开始，预计持续两年。在此期间，"
        "渡轮将从北港池出发。大家已经等得够久了，局长在表决之后说。"
    ),
    "ja": (
        "港湾局は火曜日、冬の嵐で流された第二埠頭を再建することを決めました。工事は春に始まり、二年かかる"
        "見込みです。その間、フェリーは北の泊地から出ます。長く待ちました。"
    ),
    "ko": (
        "항만청은 화요일에 겨울 폭풍으로 떠내려간 제이 부두를 다시 짓기로 했다. 공사는 봄에 시작하여 두 "
        "해가 걸릴 것으로 보인다. 그동안 배는 북쪽에서 떠난다. 오래 기다렸다고 청장은 말했다."
    ),
    "ru": (
        "Совет порта решил во вторник восстановить второй причал, который зимой унесло штормом. Работы начнутся весной."
    ),
    "uk": (
        "Рада порту вирішила у вівторок відбудувати другий причал, який узимку забрало штормом. Роботи "
        "почнуться навесні."
    ),
    "ar": (
        "قرر مجلس الميناء يوم الثلاثاء إعادة بناء الرصيف الثاني الذي جرفته العاصفة في الشتاء وتبدأ "
        "الأعمال في الربيع القادم"
    ),
    "fa": (
        "شورای بندر روز سه‌شنبه تصمیم گرفت اسکله دوم را که توفان در زمستان با خود برد بازسازی کند و کار "
        "در بهار آغاز می‌شود چون همه چشم به راه‌اند"
    ),
    "el": (
        "Το συμβούλιο του λιμανιού αποφάσισε την Τρίτη να ξαναχτίσει τη δεύτερη αποβάθρα που πήρε η θύελλα τον χειμώνα."
    ),
    "hi": (
        "बंदरगाह परिषद ने मंगलवार को दूसरे घाट को फिर से बनाने का निर्णय लिया जिसे सर्दियों में तूफान "
        "बहा ले गया था और काम वसंत में शुरू होगा"
    ),
    "he": ("מועצת הנמל החליטה ביום שלישי לבנות מחדש את הרציף השני שנסחף בסערה בחורף והעבודות יתחילו באביב הקרוב"),
    "th": ("คณะกรรมการท่าเรือลงมติเมื่อวันอังคารให้สร้างท่าเทียบเรือที่สองขึ้นใหม่หลังพายุพัดหายไปในฤดูหนาวงานจะเริ่มในฤดูใบไม้ผลิ"),
}
LD = '<script type="application/ld+json">%s</script>'
GERMAN = (
    "Der Hafen bekommt einen zweiten Kai, und die Arbeiten werden im Frühjahr von der Stadt begonnen. Das ist für die "
    "Fischer nicht zu früh, denn sie haben auf den Bau auch lange gewartet."
)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", ["en", "de-DE", "", None])
def test_the_script_decides_against_the_page(language: str, declared: str | None) -> None:
    assert language_of_text(TEXTS[language], declared) == language


@pytest.mark.parametrize("language", TEXTS)
def test_a_page_that_is_right_is_believed(language: str) -> None:
    assert language_of_text(TEXTS[language], language) is None
    assert language_of_text(TEXTS[language], f"{language}-XX") is None


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (TEXTS["zh"], "yue", None),
        (TEXTS["zh"], "ja", "zh"),
        (TEXTS["ja"], "zh-CN", "ja"),
        (TEXTS["zh"], "ko", "zh"),
        (TEXTS["ko"], "ja", "ko"),
        (TEXTS["ru"], "bg", None),
        (TEXTS["ru"], "sr", None),
        (TEXTS["ru"], "ar", "ru"),
        (TEXTS["ar"], "ps", None),
        (TEXTS["hi"], "mr", None),
        (TEXT, "en", None),
        (TEXT, "de", None),
        (TEXT, None, None),
        (TEXT, "zh-CN", "en"),
        (TEXT, "ru", "en"),
        (TEXT, "sr", None),
        (GERMAN, "zh", "de"),
        ("Zebra kiwi mango " * 20, "zh", None),
        (TEXTS["zh"][:20], "en", None),
        (TEXTS["zh"] + TEXT, "en", None),
        ("", "en", None),
        ("1234 5678 " * 40, "zh", None),
    ],
)
def test_what_a_text_says_of_its_language(text: str, declared: str | None, language: str | None) -> None:
    assert language_of_text(text, declared) == language


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en", "en"),
        (" DE_at ", "de-at"),
        ("zh-Hans-CN", "zh-CN"),
        ("pt-BR", "pt-BR"),
        ("English", None),
        ("en, de", None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_tags(said: object, tag: str | None) -> None:
    assert tag_of(said) == tag


@pytest.mark.parametrize(
    ("head", "lang", "language", "rule"),
    [
        ("<meta http-equiv=Content-Language content=de>", "", "de", "meta:content-language"),
        ("<meta http-equiv=Content-Language content='de, en'>", "", None, None),
        (LD % '{"@type":"NewsArticle","inLanguage":"fr-CA"}', "", "fr-CA", "json-ld:inLanguage"),
        (LD % '{"@type":"WebPage","inLanguage":["fr"]}', "", "fr", "json-ld:inLanguage"),
        (
            LD % '{"@type":"NewsArticle","inLanguage":{"name":"French","alternateName":"fr"}}',
            "", "fr", "json-ld:inLanguage",
        ),
        (LD % '{"@type":"NewsArticle","inLanguage":"English"}', "", None, None),
        ("<meta property=og:locale content=es_MX>", "", "es-MX", "meta:og:locale"),
        ("<meta property=og:locale content=es_MX>", "en", "en", "html:lang"),
        ("", "zh-CN", "en", "text:script"),
        ("", "", None, None),
    ],
)  # fmt: skip
def test_the_pages_language(head: str, lang: str, language: str | None, rule: str | None) -> None:
    article = parse_article(
        page_of(f"<h1>{TITLE}</h1>{STORY}", head, lang=lang).encode(), "https://news.example/a/b.html"
    )
    assert (article.language, article.rules.get("language")) == (language, rule)


def test_a_page_of_another_script() -> None:
    body = f"<h1>码头重建方案获得通过</h1><p>{TEXTS['zh']}</p><p>{TEXTS['zh']}</p>"
    article = parse_article(page_of(body, lang="en").encode(), URL)
    assert (article.language, article.rules["language"]) == ("zh", "text:script")
