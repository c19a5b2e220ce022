"""The words that news pages print before a date, a source or a name, as data for the languages of news."""

import re
from collections.abc import Mapping, Sequence

# What stands before a date, a source or a name, by language; alternatives parted by bars.
_UPDATED = {
    "en": "update|updated|updates|update on|updated on|updated at|update time|last update|last updated|last updated on|"
          "last updated at|latest update|last modified|last modified on|modified|modified on|modification date|"
          "last revised|revised|revised on|page updated|article updated|edited|last edited|date modified|date updated",
    "zh": "更新时间|更新日期|更新於|更新于|更新|最后更新|最後更新|最後更新時間|最后更新时间|更新時間|修改时间|修改時間|最近更新|更新发布",
    "ja": "更新日時|更新日|最終更新|最終更新日|最終更新日時|更新|改訂",
    "ko": "수정|최종수정|최종 수정|기사수정|업데이트|수정일|수정시간|최종업데이트|최종편집",
    "ar": "تحديث|آخر تحديث|اخر تحديث|آخر تحديث في|تم التحديث|تم التحديث في|تاريخ التحديث|حُدّث|حدث في|عُدّل|تعديل|آخر تعديل",
    "ru": "обновлено|обновлена|обновлён|обновление|последнее обновление|дата обновления|изменено|отредактировано",
    "uk": "оновлено|останнє оновлення|дата оновлення|змінено|востаннє оновлено",
    "es": "actualizado|actualizada|actualizado el|actualizado a|actualizado en|actualización|última actualización|"
          "ultima actualización|fecha de actualización|modificado|modificado el|última modificación|act.|actualizada el",
    "pt": "atualizado|atualizado em|atualizada em|atualizado às|actualizado em|atualização|última atualização|"
          "ultima atualização|última modificação|modificado em|data de atualização",
    "fr": "mis à jour|mise à jour|mis à jour le|mis à jour à|mise à jour le|dernière mise à jour|"
          "dernière mise à jour le|modifié le|modifié|actualisé|actualisé le|màj|maj",
    "de": "aktualisiert|aktualisiert am|aktualisierung|zuletzt aktualisiert|zuletzt aktualisiert am|"
          "letzte aktualisierung|letztes update|letztes update am|stand|stand vom|geändert|geändert am|zuletzt geändert|"
          "zuletzt bearbeitet|akt.|aktualisierte version vom",
    "it": "aggiornato|aggiornato il|aggiornato al|aggiornata il|aggiornamento|ultimo aggiornamento|"
          "ultimo aggiornamento il|modificato il|ultima modifica|data aggiornamento|agg.",
    "pl": "aktualizacja|zaktualizowano|zaktualizowany|ostatnia aktualizacja|data aktualizacji|aktualizowano|"
          "ostatnia modyfikacja|zmodyfikowano|data modyfikacji|akt.",
    "tr": "güncelleme|güncellenme|güncellendi|güncellenme tarihi|güncelleme tarihi|son güncelleme|"
          "son güncelleme tarihi|son güncellenme|son güncellenme tarihi|güncel",
    "nl": "bijgewerkt|bijgewerkt op|bijgewerkt om|laatst bijgewerkt|laatst bijgewerkt op|laatste update|"
          "laatst gewijzigd|gewijzigd|gewijzigd op|geüpdatet|update op|aangepast op|aangepast",
    "sv": "uppdaterad|uppdaterades|uppdaterat|senast uppdaterad|senast uppdaterat|ändrad|senast ändrad|uppdat.",
    "da": "opdateret|senest opdateret|sidst opdateret|opdateret den|ændret",
    "no": "oppdatert|sist oppdatert|sist endret|endret",
    "cs": "aktualizováno|aktualizace|poslední aktualizace|naposledy aktualizováno|upraveno|změněno|aktualizovaný",
    "el": "ενημερώθηκε|ενημέρωση|τελευταία ενημέρωση|τελευταία ενημέρωση στις|ενημερώθηκε στις|ανανεώθηκε|"
          "τροποποιήθηκε",
    "hi": "अपडेट|अपडेटेड|अपडेट किया गया|अपडेटेड ऑन|अंतिम अपडेट|आखिरी अपडेट|अद्यतन|संशोधित",
    "id": "diperbarui|diperbaharui|diperbarui pada|terakhir diperbarui|pembaruan terakhir|diupdate|terakhir diupdate|"
          "diubah|dimutakhirkan",
}  # fmt: skip
_PUBLISHED = {
    "en": "published|published on|published at|published date|publish date|publishing date|publication date|"
          "publish time|first published|first published on|originally published|originally published on|posted|"
          "posted on|posted at|date posted|date published|date of publication|release date|released|released on|"
          "release time|pub date|pubdate|date|issued|issued on|time|created|created on|created at|date created|"
          "article date|story date|aired|filed|filed on|added|added on|submitted on|published online",
    "zh": "发布时间|發布時間|發佈時間|发布日期|發布日期|發佈日期|发表时间|發表時間|发表于|發表於|发布于|發布於|發佈於|日期|时间|時間|"
          "发稿时间|发表日期|刊登日期|刊登時間|刊出日期|出版日期|创建时间|建立時間|发布|發布|發佈|首次发布|上线时间|上版日期|新闻日期|录入时间",
    "ja": "公開日|公開日時|公開|掲載日|掲載|掲載日時|配信日時|配信|投稿日|投稿日時|投稿|発表日|発行日|発行|作成日|登録日|日時",
    "ko": "등록|입력|기사입력|기사등록|최초입력|최초등록|승인|게재|발행|발행일|작성일|작성|등록일|등록일시|게시|게시일|송고|송고시간|"
          "입력시간|보도일|날짜",
    "ar": "نشر|نُشر|نشر في|نشر بتاريخ|نُشر في|نشرت في|تم النشر|تم النشر في|تم نشره في|تاريخ النشر|النشر|"
          "منشور في|نشر يوم|التاريخ|تاريخ|أضيف في|كتب في",
    "ru": "опубликовано|опубликована|опубликован|дата публикации|публикация|дата|размещено|добавлено|создано|"
          "время публикации|выпуск от|от",
    "uk": "опубліковано|дата публікації|публікація|дата|розміщено|додано|створено|час публікації",
    "es": "publicado|publicado el|publicado en|publicada|publicada el|publicación|fecha|fecha de publicación|"
          "fecha publicación|creado|creado el|subido el|publicado por última vez|publicado a las",
    "pt": "publicado|publicado em|publicada em|publicação|data|data de publicação|data da publicação|postado em|"
          "postada em|criado em|por publicado|publicado por|publicado a",
    "fr": "publié|publié le|publiée le|publié à|publication|date de publication|date|posté le|paru le|mis en ligne le|"
          "mis en ligne|diffusé le|créé le|écrit le|rédigé le|parution|par publié le",
    "de": "veröffentlicht|veröffentlicht am|veröffentlichung|veröffentlichungsdatum|publiziert|publiziert am|"
          "erschienen|erschienen am|datum|erstellt|erstellt am|eingestellt am|erstveröffentlichung|ersterscheinung|"
          "gepostet am|vom|online seit|online am|erstmals publiziert|artikel vom",
    "it": "pubblicato|pubblicato il|pubblicata il|pubblicato in data|pubblicazione|data pubblicazione|"
          "data di pubblicazione|data|postato il|creato il|scritto il|uscito il|inserito il",
    "pl": "opublikowano|opublikowany|opublikowane|opublikowana|data publikacji|publikacja|data|dodano|data dodania|"
          "data utworzenia|utworzono|wysłano|zamieszczono|data wydania|opublikowano dnia",
    "tr": "yayınlanma|yayınlanma tarihi|yayın tarihi|yayımlanma|yayımlanma tarihi|yayınlandı|yayımlandı|yayınlama|"
          "yayınlama tarihi|giriş|giriş tarihi|tarih|eklenme|eklenme tarihi|haber giriş|haber tarihi|oluşturulma|"
          "oluşturulma tarihi|ilk yayın",
    "nl": "gepubliceerd|gepubliceerd op|gepubliceerd om|publicatie|publicatiedatum|datum|geplaatst|geplaatst op|"
          "verschenen op|aangemaakt op|gemaakt op|geschreven op",
    "sv": "publicerad|publicerades|publicerat|publicerad den|publiceringsdatum|publicering|datum|skapad|upplagd|"
          "inlagd|postad|postat|publ.",
    "da": "publiceret|udgivet|offentliggjort|oprettet|dato",
    "no": "publisert|publisert den|opprettet|dato",
    "cs": "publikováno|zveřejněno|vydáno|datum|datum vydání|datum zveřejnění|datum publikace|vloženo|vytvořeno|přidáno|"
          "vyšlo",
    "el": "δημοσιεύθηκε|δημοσιεύτηκε|δημοσίευση|ημερομηνία δημοσίευσης|ημερομηνία|δημοσιεύθηκε στις|αναρτήθηκε|"
          "ανάρτηση|πρώτη δημοσίευση|δημοσιευμένο",
    "hi": "प्रकाशित|प्रकाशन तिथि|प्रकाशित तिथि|पब्लिश्ड|पब्लिश|प्रकाशन|दिनांक|तारीख|पोस्ट किया गया|प्रकाशित किया गया|पोस्टेड|"
          "प्रकाशित समय",
    "id": "diterbitkan|diterbitkan pada|dipublikasikan|dipublikasikan pada|dipublikasi|terbit|tanggal|tanggal terbit|"
          "tanggal publikasi|diposting|diposting pada|diunggah|tayang|dirilis|dimuat|ditayangkan",
}  # fmt: skip
_SOURCE = {
    "en": "source|sources|from|via", "zh": "来源|來源|信息来源|稿源|文章来源|新闻来源|消息来源|資料來源|新聞來源|来源于|转载自",
    "ja": "出典|情報元|配信元|提供元|ソース", "ko": "출처|자료|제공", "ar": "المصدر|مصدر|المصادر|نقلا عن",
    "ru": "источник|источники", "uk": "джерело|джерела", "es": "fuente|fuentes", "pt": "fonte|fontes",
    "fr": "source|sources", "de": "quelle|quellen", "it": "fonte|fonti", "pl": "źródło|źródła", "tr": "kaynak|haber kaynağı",
    "nl": "bron|bronnen", "sv": "källa|källor", "da": "kilde", "cs": "zdroj|zdroje", "el": "πηγή|πηγές",
    "hi": "स्रोत|सोर्स|स्त्रोत", "id": "sumber",
}  # fmt: skip
_AUTHOR = {
    "en": "author|authors|written by|reporter|article by|words by|byline|posted by|published by",
    "zh": "作者|记者|記者|撰文|撰稿|通讯员|通訊員|文",
    "ja": "著者|執筆者|執筆|筆者|文責|ライター|取材・文|記者", "ko": "기자|글|글쓴이|작성자",
    "ar": "الكاتب|كتب|كتبت|بقلم|إعداد|المؤلف|تحرير", "ru": "автор|авторы|автор текста|текст", "uk": "автор|автори|авторка|текст",
    "es": "autor|autora|autores|redacción|escrito por|por", "pt": "autor|autora|autores|escrito por|redação|reportagem",
    "fr": "auteur|auteurs|autrice|écrit par|rédigé par|par", "de": "autor|autorin|autoren|von|verfasst von|text",
    "it": "autore|autrice|autori|scritto da|di", "pl": "autor|autorka|autorzy|tekst|napisał|opracował|opracowanie|oprac.",
    "tr": "yazar|yazan|muhabir|haber", "nl": "auteur|auteurs|geschreven door|door|tekst",
    "sv": "författare|skribent|text|av|reporter", "da": "forfatter|skrevet af|af|tekst", "no": "forfatter|skrevet av|tekst",
    "cs": "autor|autorka|autoři|napsal|text", "el": "συντάκτης|συντάκτρια|συγγραφέας|γράφει|του|ρεπορτάζ|επιμέλεια",
    "hi": "लेखक|रिपोर्टर|संवाददाता|द्वारा", "id": "penulis|oleh|reporter|wartawan|pewarta",
}  # fmt: skip


def _of_all(table: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in table.values() for word in words.split("|")))


UPDATED, PUBLISHED, SOURCE, AUTHOR = map(_of_all, (_UPDATED, _PUBLISHED, _SOURCE, _AUTHOR))
ASIDE = (
    "editor", "edited by", "editors", "责任编辑", "責任編輯", "编辑", "編輯", "责编", "審校", "审核", "校对", "views", "clicks", "hits",
    "visits", "read", "comments", "reading time", "read time", "浏览次数", "浏览量", "点击数", "点击量", "点击", "阅读", "阅读次数",
    "阅读量", "访问量", "字号", "字体", "字體", "图片来源", "圖片來源", "图源", "摄影", "photo", "photos", "credit", "font size", "font",
    "size", "share", "share to", "分享到", "分享", "keywords", "tags", "关键词", "關鍵字", "标签", "打印", "主办单位", "просмотров",
    "просмотры", "переглядів", "редактор", "redakteur", "lesezeit", "leestijd", "temps de lecture", "tempo di lettura",
    "tempo de leitura", "tiempo de lectura", "lästid", "czas czytania", "okunma", "okuma süresi", "редактура", "조회", "조회수",
    "editör", "redaktor", "redaktör", "المشاهدات", "عدد المشاهدات", "المحرر", "фото", "foto", "dibaca", "waktu baca",
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


_TOOL_WORD = re.compile(r"[A-Za-z]+[+-]?|[\u4e00-\u9fff]+")


def _alternatives(words: Sequence[str]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)


# A word begins here: no letter before it, but a glued English label's upper case (`chinadaily.com.cnUpdate : …`)
# and scripts that write without spaces.
_BEGIN = r"(?:(?<![^\W\d_])|(?<=[a-z0-9])(?=[A-Z])|(?<=[\u3000-\u9fff]))"


def label_pattern(extra: Mapping[str, Sequence[str]] | None = None) -> re.Pattern[str]:
    """Return the pattern of a label: a word of the tables with its colon, or a date word right before a date.

    Named groups tell the kind. `extra` are a site's own words by kind.
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
    longest = max(len(word) for names in kinds.values() for word in names) + 4
    # The words are many: they are tried only where a colon or bar follows within their length.
    return re.compile(rf"(?=[^:：|｜]{{0,{longest}}}[:：|｜]){_BEGIN}(?i:{words})\s*(?:[:：]|[|｜](?=\s*\d))\s*")


LABEL = label_pattern()
# Words that say too little to name a date without a colon.
_VAGUE = frozenset(
    ("time", "data", "from", "read", "от", "vom", "giriş", "haber", "maj", "tayang", "added", "filed", "aired")
)
_BEFORE_DATE = (
    "on|at|the|le|il|el|al|a|à|am|um|vom|em|op|om|den|den|dne|dnia|w dniu|pada|tanggal|στις|в|о|kl|kl.|في|بتاريخ|يوم|"
    "tarihi|la|lo|ngày"
).split("|")
_NAMED = {
    kind: _alternatives([word for word in words if word not in _VAGUE])
    for kind, words in {"updated": UPDATED, "published": PUBLISHED}.items()
}
_NAMED_DATE = "|".join(f"(?P<{kind}>{words})" for kind, words in _NAMED.items())
# A label without a colon before its date, a weekday between them at most.
DATE_WORD = re.compile(
    rf"(?i:{_BEGIN}(?:{_NAMED_DATE})(?:\s+(?:{_alternatives(_BEFORE_DATE)}))?(?:[\s,:：-]+[^\W\d_]{{2,12}}\.?)?[\s,،:：([\-–]*$)"
)
# A label after its date: "2024年3月5日 10時30分 更新", "5 Mart 2024 tarihinde güncellendi".
AFTER_DATE = re.compile(
    r"\s*[(（]?(?:tarihinde\s+)?(?:(?P<updated>更新|수정|업데이트|güncellendi|को अपडेट)"
    r"|(?P<published>公開|掲載|配信|投稿|発表|发布|發布|發佈|发表|發表|입력|등록|게재|발행|송고|yayınlandı|yayımlandı|को प्रकाशित))"
    r"(?![^\W\d_])[)）]?(?!\s*[:：]?\s*\d)"
)


def is_tools(text: str) -> bool:
    """Return whether a text is nothing but the words of a toolbar (print, share, font size), digits and signs."""
    named = False
    for match in _TOOL_WORD.finditer(text):
        if match[0].lower() not in _TOOL_WORDS:
            return False
        named = True
    return named


def without_tools(text: str) -> str:
    """Return the text without the toolbar words at its ends."""
    words = text.split()
    while words and (is_tools(words[-1]) or not any(map(str.isalnum, words[-1]))):
        words.pop()
    while words and is_tools(words[0]):
        words.pop(0)
    return " ".join(words)
