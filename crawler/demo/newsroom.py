"""What an editor does to the demo site: revise an article, write follow-ups to old ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from crawler.demo.article import DemoArticle, DemoImage, written_day
from crawler.demo.content import article_path, summarize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REVISIONS = {
    "en": "Editor's correction of {day}: the figures first printed in this paragraph were preliminary. "
    "The bureau has counted again and will give the final ones in its annual report.",
    "zh": "编者{day}更正：本段最初刊登的数字为初步统计，市质量与标准局重新核对后，将在年度报告中公布最终结果。",
}
_TITLES = {"en": "Follow-up No {serial}: {title}", "zh": "追踪报道之{serial}：{title}"}
_OPENINGS = {
    "en": 'Readers have asked what came of "{title}", which was reported here on {day}. '
    "This is follow-up No {serial} in our series.",
    "zh": "{day}，本网刊登了《{title}》一文，不少读者来信询问后续进展。本文是系列追踪报道的第{serial}篇。",
}
_RECALLS = {"en": "The first report began: {first}", "zh": "当时的报道写道：{first}"}
_CAPTIONS = {
    "en": "Reporters return to the scene for follow-up No {serial}. [Photo/hcbqs.example]",
    "zh": "记者重回现场，采写追踪报道之{serial}。[图片/hcbqs.example]",
}
_SOURCES = {"en": "harbournews.example", "zh": "海港新闻网"}
_OUTCOMES = {
    "en": (
        "An inspector went back without notice and found everything as promised. She noted one loose screw.",
        "The work has taken two months longer than planned, for want of one part. It should be done before winter.",
        "Those concerned are content, with one exception. A retired harbour pilot still writes a letter every week.",
        "The costs have stayed four percent below the estimate. The rest will be spent on training.",
        "Two neighbouring towns have asked for the documents and want to follow the example next year.",
        "Not all went well: of ten measures, three had to be put off, and the bureau names the reasons openly.",
        "A survey among 500 residents shows that most have noticed the change and that one in four has used it.",
    ),
    "zh": (
        "检查人员事后不打招呼重返现场，发现各项承诺均已兑现，只记下了一颗松动的螺丝。",
        "由于一个部件须从国外订购，工程比原计划晚了两个月，预计入冬前可以完工。",
        "有关各方大都表示满意，只有一位退休的引航员至今每周寄来一封意见信。",
        "实际花费比预算低百分之四，节余部分将用于人员培训。",
        "邻近两座城市已来函索取资料，打算明年仿照实行。",
    ),
}


def revised(article: DemoArticle) -> DemoArticle:
    """Return the article a day later, with new wording for the last paragraph of its first page."""
    day = _later(article.updated, 1)
    wording = _REVISIONS[article.language].format(day=written_day(day, article.language))
    first, *others = article.pages
    return replace(article, updated=day, pages=((*first[:-1], wording), *others))


def retaken(article: DemoArticle) -> DemoArticle:
    """Return the article with another photograph in the place of its first one."""
    first, *others = article.images
    return replace(article, images=(replace(first, take=first.take + 1), *others))


def follow_ups(
    section: str, subjects: Sequence[DemoArticle], *, since: str, number: int, serials: range
) -> Iterator[DemoArticle]:
    """Yield one follow-up for each serial, one day apart and later than `since`, each about the next subject."""
    for offset, serial in enumerate(serials, start=1):
        subject = subjects[(serial - 1) % len(subjects)]
        yield _follow_up(section, subject, day=_later(since, offset), number=number + offset, serial=serial)


def _follow_up(section: str, subject: DemoArticle, *, day: str, number: int, serial: int) -> DemoArticle:
    language = subject.language
    told = written_day(subject.updated, language)
    values = {"title": subject.title, "day": told, "serial": serial, "first": subject.pages[0][0]}
    opening, recall, caption, title = (
        form[language].format_map(values) for form in (_OPENINGS, _RECALLS, _CAPTIONS, _TITLES)
    )
    image = DemoImage(f"/att/{day.replace('-', '')}/follow-up-{number}.jpg", caption, before=2)
    return DemoArticle(
        number=number,
        path=article_path(section, number, day),
        sections=(section,),
        title=title,
        updated=day,
        source=_SOURCES[language],
        byline=None,
        pages=((opening, recall, *_outcomes(language, serial)),),
        images=(image,),
        language=language,
        summary=summarize(opening, language),
    )


def _outcomes(language: str, serial: int) -> tuple[str, str]:
    known = _OUTCOMES[language]
    turn, first = divmod(serial, len(known))
    # The step is never a multiple of the length, so that no article says the same thing twice.
    return known[first], known[(first + 1 + turn % (len(known) - 1)) % len(known)]


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
