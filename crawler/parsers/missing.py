"""How sites say that a page does not exist, though the server answers 200: "page not found" as a whole title."""

import hashlib
import re
from itertools import pairwise
from urllib.parse import urlsplit, urlunsplit

# In the languages of news; each is a whole title, but for what stands around it in `_TITLE`.
_SAID = (
    r"404|410|page (?:missing|unavailable|removed|deleted|expired)|not found|nothing (?:was )?found(?: here)?",
    (
        r"(?:the |this |that )?(?:requested )?(?:page|article|story|content|url|file|document|resource)"
        r"(?: you(?:[’']re| are) looking for| you requested)?(?: (?:was|is|could|cannot|can[’']t|has|does|doesn[’']t|"
        r"isn[’']t|wasn[’']t|no longer))?(?: not| no longer)?(?: be| been)? (?:found|available|"
        r"exists?|unavailable|missing|removed|deleted|expired|gone)(?: anymore)?"
    ),
    r"(?:we )?(?:can[’']t|cannot|couldn[’']t|could not) find (?:that|the|this|your) (?:page|article|story)",
    (
        r"(?:diese |die )?(?:angeforderte |gesuchte )?(?:seite|artikel|inhalt|beitrag|datei)"
        r"(?: wurde| konnte| ist| existiert)?(?: leider)? nicht "
        r"(?:gefunden(?: werden)?|mehr verfügbar|verfügbar|vorhanden|mehr)|nicht gefunden"
    ),
    (
        r"(?:cette |la )?(?:page|article) (?:demandée? )?(?:est |n[’']a pas été |n[’']existe )?"
        r"(?:introuvable|non trouvée?|trouvée?|pas|plus|inexistante|plus disponible)"
    ),
    (
        r"(?:la |esta )?página (?:solicitada )?no (?:encontrada|existe|disponible|se encuentra|ha sido encontrada)|"
        r"no encontrad[oa]|no se ha encontrado (?:la )?página"
    ),
    r"(?:a |esta )?página (?:solicitada )?não (?:foi )?(?:encontrada|existe|disponível)|não encontrad[oa]",
    r"(?:la )?pagina (?:richiesta )?non (?:è stata )?(?:trovata|esiste|disponibile)|non trovat[oa]",
    r"(?:de(?:ze)? )?pagina (?:is )?niet (?:gevonden|beschikbaar)|niet gevonden",
    r"(?:strona|artykuł) nie (?:została znaleziona|został znaleziony|istnieje)|nie znaleziono(?: strony)?",
    (
        r"sidan (?:kunde inte hittas|hittades inte|finns inte)|(?:siden|side) (?:blev |ble )?(?:ikke|finnes ikke)"
        r"(?: fundet| funnet)?|sivua ei löyt\S+"
    ),
    r"stránka (?:nebyla )?(?:nenalezena|nalezena|neexistuje)|az oldal nem található|pagina nu (?:a fost găsită|există)",
    r"(?:aradığınız )?sayfa (?:bulunamadı|mevcut değil)",
    r"(?:страница|статья) не (?:найдена|существует)|не найдено",
    r"сторінк[уа] не (?:знайдено|існує)|страницата не е намерена",
    r"η σελίδα δεν (?:βρέθηκε|υπάρχει)",
    (
        r"(?:抱歉|对不起|對不起)?\W*(?:您|你)?(?:所)?(?:访问|訪問|查找|请求|請求)?的?(?:页面|頁面|网页|網頁|文章|内容|內容)"
        r"(?:已经|已)?(?:不存在|未找到|找不到|丢失|删除|刪除|不见了|没有找到)(?:了|或已(?:被)?删除)?|找不到(?:该|该?您?(?:要|请求)的)?(?:页面|頁面|网页|網頁)"
    ),
    r"(?:お探しの|指定された|該当する|ご指定の)?(?:ページ|記事)(?:が|は)?(?:見つかりません|存在しません|ありません|削除されました).{0,8}",
    r"(?:요청하신 )?(?:페이지|기사)(?:를|을|가|는)? ?(?:찾을 수 없|존재하지 않|없|삭제).{0,8}",
    (
        r"(?:لم يتم العثور على )?الصفحة(?: المطلوبة)?(?: غير (?:موجودة|متوفرة))|لم يتم العثور على الصفحة|"
        r"(?:صفحه|برگه) (?:مورد نظر )?(?:یافت|پیدا) نشد"
    ),
    r"(?:यह )?(?:पृष्ठ|पेज) नहीं मिला|halaman tidak (?:ditemukan|tersedia)",
    r"không tìm thấy trang|trang không tồn tại|ไม่พบหน้า\S*",
)
_ERROR = r"(?:error|fehler|erreur|errore|erro|błąd|chyba|ошибка|помилка|hata|σφάλμα|错误|錯誤|エラー|오류|خطأ|http)"
_SORRY = r"(?:oops|sorry|we(?:[’']re| are) sorry|hoppla|ups|uups|lo sentimos|désolée?s?|spiacenti|desculpe|sajnáljuk)"
# The site's name may stand before or behind it.
_TITLE = re.compile(
    rf"^(?:.{{1,60}}\s[|·–—-]\s)?(?:{_ERROR}[\s:#]*)?(?:4(?:04|10)\b\W*)?(?:{_SORRY}\W+)?(?:{'|'.join(_SAID)})"
    r"[\s.…!?。！？]*(?:\s*[|·–—-]\s*.{1,60})?$"
)


# A letter of a script without spaces stands for itself.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def likeness(one: str, other: str) -> float:
    """Return how much of the shorter text stands in the other, by pairs of words: 0 nothing, 1 all of it."""
    first, second = (set(pairwise(_TOKEN.findall(text.casefold()))) for text in (one, other))
    fewer = min(len(first), len(second))
    return len(first & second) / fewer if fewer else 0.0


def no_such_page(url: str) -> str:
    """Return an address beside this one that no site has: what is shown there is shown for whatever is missing."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    made = hashlib.sha256(url.encode()).hexdigest()[:12]
    suffix = "/" if parts.path.endswith("/") else f".{name.rpartition('.')[2]}" if "." in name else ""
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/no-such-page-{made}{suffix}", "", ""))


def says_missing(title: str) -> bool:
    """Return whether a page's title, in lower case, says that there is no such page."""
    return _TITLE.match(title) is not None
