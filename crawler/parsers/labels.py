"""The words that news pages print before a date, a source or a name, as data."""

import re
from collections.abc import Mapping, Sequence

UPDATED = (
    "update", "updated", "updates", "update on", "updated on", "update time", "last update", "last updated",
    "last updated on", "last modified", "modified", "last revised", "更新时间", "更新日期", "更新於", "更新于", "更新",
    "最后更新", "最後更新", "更新時間", "修改时间", "actualizado", "actualizada", "última actualización", "mis à jour",
    "mise à jour", "modifié le", "aktualisiert", "zuletzt aktualisiert", "stand", "aggiornato", "atualizado",
    "bijgewerkt", "обновлено", "güncelleme", "更新日時", "수정",
)  # fmt: skip
PUBLISHED = (
    "published", "published on", "publish date", "publication date", "publish time", "posted", "posted on",
    "date published", "release date", "released", "release time", "pub date", "pubdate", "date", "issued", "time",
    "发布时间", "發布時間", "发布日期", "發布日期", "发表时间", "发表于", "发布于", "日期", "时间", "時間", "发稿时间",
    "publicado", "publicado el", "fecha", "publié le", "publié", "veröffentlicht", "veröffentlicht am", "pubblicato",
    "pubblicato il", "data", "publicado em", "gepubliceerd", "опубликовано", "дата", "yayınlanma", "公開日", "등록", "입력",
)  # fmt: skip
SOURCE = (
    "source", "sources", "from", "来源", "來源", "信息来源", "稿源", "文章来源", "fuente", "quelle", "fonte", "bron",
    "источник", "kaynak", "출처",
)  # fmt: skip
AUTHOR = (
    "author", "authors", "written by", "reporter", "作者", "记者", "記者", "autor", "auteur", "autore", "автор", "撰文",
)  # fmt: skip
ASIDE = (
    "editor", "edited by", "editors", "责任编辑", "責任編輯", "编辑", "編輯", "责编", "审核", "校对", "views", "clicks", "hits",
    "visits", "read", "comments", "浏览次数", "浏览量", "点击数", "点击量", "点击", "阅读", "阅读次数", "访问量", "字号", "字体", "图片来源", "圖片來源", "图源", "摄影", "photo", "photos", "credit",
    "font size", "font", "size", "share", "share to", "分享到", "分享", "keywords", "tags", "关键词", "标签", "打印", "主办单位",
)  # fmt: skip
HERE = ("you are here", "current position", "current location", "your position", "location", "位置", "您的位置", "你的位置",
        "当前位置", "當前位置", "所在位置", "您现在的位置", "您当前的位置", "您当前位置", "现在位置")  # fmt: skip
HOME = frozenset(
    (
        "home homepage index main frontpage 首页 首頁 主页 网站首页 本站首页 inicio startseite accueil início inizio ホーム "
        "トップ главная anasayfa 홈 strona główna hem domů"
    ).split()
)
_TOOL_WORDS = frozenset(
    (
        "print printer mail email e-mail share wechat weibo weixin facebook twitter linkedin whatsapp "
        "pinterest telegram qq qzone large medium small font size text big middle normal l m s a a+ a- aa "
        "bigger smaller close save favorites favorite bookmark comment comments copy link views view clicks "
        "hits rss pdf listen x tweet reset 打印 打印本页 打印此页 关闭 关闭窗口 关闭本页 收藏 分享 分享到 字号 字体 大 中 小 默认 评论 微信 微博 朋友圈 纠错 "
        "复制链接 我要纠错"
    ).split()
)


def _alternatives(words: tuple[str, ...]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)


def label_pattern(extra: Mapping[str, Sequence[str]] | None = None) -> re.Pattern[str]:
    """Return the pattern of a label: a word of the tables with its colon, or a date word right before a date.

    The first letter of a glued English label (`chinadaily.com.cnUpdate : …`) is upper case; named groups tell the kind.
    `extra` are a site's own words by kind.
    """
    own = {kind: tuple(word.lower() for word in words) for kind, words in (extra or {}).items()}
    kinds = {
        "updated": UPDATED + own.get("updated", ()),
        "published": PUBLISHED + own.get("published", ()),
        "source": SOURCE + own.get("source", ()),
        "author": AUTHOR + own.get("author", ()),
        "aside": ASIDE,
        "here": HERE,
    }
    words = "|".join(f"(?P<{kind}>{_alternatives(names)})" for kind, names in kinds.items())
    return re.compile(
        rf"(?:(?<![^\W\d_])|(?<=[a-z0-9])(?=[A-Z])|(?<=[\u3000-\u9fff]))(?i:{words})\s*(?:[:：]|[|｜](?=\s*\d))\s*"
    )


LABEL = label_pattern()
DATE_WORD = re.compile(
    r"(?i:\b(?P<updated>(?:last\s+)?(?:updated|modified|revised)(?:\s+on|\s+at)?|更新于|更新於|aktualisiert\s+am|mis\s+à\s+jour\s+le|"
    r"actualizado\s+el|aggiornato\s+il)|\b(?P<published>published(?:\s+on|\s+at)?|posted(?:\s+on)?|publié\s+le|"
    r"veröffentlicht\s+am|publicado\s+el|publicado\s+em|发布于|发表于))[\s,]*$"
)


def is_tools(text: str) -> bool:
    """Return whether a text is nothing but the words of a toolbar (print, share, font size), digits and signs."""
    words = re.findall(r"[A-Za-z]+[+-]?|[\u4e00-\u9fff]+|\d+", text)
    named = [word for word in words if not word.isdigit()]
    return bool(named) and all(word.lower() in _TOOL_WORDS for word in named)


def without_tools(text: str) -> str:
    """Return the text without the toolbar words at its ends."""
    words = text.split()
    while words and (is_tools(words[-1]) or not any(map(str.isalnum, words[-1]))):
        words.pop()
    while words and is_tools(words[0]):
        words.pop(0)
    return " ".join(words)
