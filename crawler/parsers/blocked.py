"""A page that answers well and yet is none: a block notice, a consent wall, a script's empty shell, "page not found".

An article may be about any of these, so that no sign counts by itself: the page must have no prose of its own, and must
not call itself an article. A title counts only where it is the whole title.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from archive.columns import word_count
from archive.model import Article
from crawler.parsers.blocks import Block
from crawler.parsers.evidence import is_declared
from crawler.parsers.metadata import Metadata, read_metadata
from crawler.parsers.missing import says_missing
from crawler.parsers.page import Page, parse_page
from crawler.parsers.text import squeeze
from crawler.parsers.walk import blocks_of

BlockCause = Literal["blocked", "empty-shell", "soft-404"]
# Words: a page of more is no notice, a wall of consent may have more; a paragraph from so many on may be prose, and so
# many words of prose make an article; a shell has fewer than a sentence.
_NOTICE_WORDS, _MISSING_WORDS, _WALL_WORDS = 250, 600, 1500
_PARAGRAPH, _PROSE, _SENTENCE = 12, 30, 8
# Characters: no notice is read as an article of so many.
_ENOUGH_TEXT = 1500
_TITLE = re.compile(
    r"^(?:error\s*)?(?:4(?:01|03|29)|503)?[\s:–—-]*(?:"
    r"just a moment|one moment,? please|please wait|attention required|access (?:is |was |has been )?denied|"
    r"forbidden|"
    r"access to this (?:page|site|website) (?:is|was|has been) (?:denied|blocked)|"
    r"request (?:rejected|blocked|denied)|"
    r"(?:you (?:are|have been) |your (?:ip|request|access) (?:is |has been |was )?)blocked|too many requests|"
    r"are you (?:a )?(?:robot|human)|robot (?:check|or human)|"
    r"(?:bot|human|security|browser) (?:check|verification)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|human verification|checking your browser|security challenge|"
    r"(?:re)?captcha(?: challenge| check)?|pardon our interruption|client challenge|"
    r"ddos[ -](?:guard|protection)\S*|"
    r"before you continue(?: to .{1,40})?|(?:your )?privacy (?:choices|settings)|"
    r"cookie (?:consent|settings|notice)|"
    r"zugriff verweigert|zugang verweigert|sicherheitsüberprüfung|einen moment,? bitte|"
    r"bevor (?:sie|du) fortf.{2,8}|"
    r"accès (?:refusé|interdit)|vérification de sécurité|un instant|avant de continuer|"
    r"acceso denegado|verificación de seguridad|un momento|antes de continuar|"
    r"acesso negado|verificação de segurança|um momento|accesso negato|verifica di sicurezza|prima di continuare|"
    r"toegang geweigerd|voordat je verdergaat|åtkomst nekad|adgang nægtet|ingen tilgang|pääsy estetty|"
    r"odmowa dostępu|dostęp zabroniony|přístup odepřen|hozzáférés megtagadva|erişim engellendi|güvenlik kontrolü|"
    r"доступ (?:запрещ[её]н|ограничен|заблокирован)|проверка (?:браузера|безопасности)|доступ заборонено|"
    r"访问(?:被拒绝|受限|异常|验证)|拒绝访问|禁止访问|(?:安全|人机|滑动)验证|請稍候|请稍候|存取被拒|"
    r"アクセスが?(?:拒否|制限).{0,8}|セキュリティ(?:チェック|確認)|접근이? ?(?:거부|차단).{0,6}|보안 확인|"
    r"تم رفض الوصول|الوصول مرفوض|دسترسی (?:مسدود|غیرمجاز).{0,6}|प्रवेश निषेध|từ chối truy cập|akses ditolak"
    r")[\s.…!?。！？]*(?:\s[|·–—-]\s(?:\S+\s*){1,5})?$"
)
_NOTICE = re.compile(
    r"verify (?:that )?you(?:[’']re| are) (?:a )?(?:human|not a robot)|"
    r"(?:confirm|prove) (?:that )?you(?:[’']re| are) (?:a )?"
    r"(?:human|not a robot)|checking (?:your browser|if the site connection is secure)|"
    r"complete the (?:captcha|security)|"
    r"(?:enable|activate|turn on) (?:javascript and cookies|cookies and javascript|cookies to continue)|"
    r"(?:javascript and cookies|cookies and javascript) (?:are|be|must be) enabled|"
    r"(?:your|this) (?:request|access|ip(?: address)?|connection) (?:has been|was|is|have been) (?:temporarily )?"
    r"(?:blocked|denied|flagged|limited|rejected)|you (?:have been|are|were) (?:temporarily )?blocked|"
    r"you (?:don[’']t|do not) have permission to access|unusual (?:traffic|activity) from your|"
    r"(?:automated|bot|robot)[ -](?:access|traffic|requests|activity)|security (?:service|check) to protect|"
    r"requested url was rejected|incident id|reference #\d|cloudflare ray id|ray id:|"
    r"bestätigen sie,? dass sie (?:ein mensch|kein roboter)|ihr(?:e)? (?:zugriff|anfrage|ip-adresse) wurde|"
    r"ungewöhnliche(?:r|n)? datenverkehr|vérifi\S+ que vous (?:êtes|n[’']êtes pas)|activité inhabituelle|"
    r"votre (?:requête|accès|adresse ip) a été|"
    r"(?:verifi|confirm)\S+ que (?:no )?(?:eres|es|usted es) (?:un )?(?:humano|robot)|"
    r"tráfico inusual|(?:confirme|verifique) que você (?:é|não é)|tráfego incomum|"
    r"(?:conferma|verifica) (?:di|che) (?:non )?(?:essere|sei) (?:un )?(?:umano|robot)|"
    r"bevestig dat (?:je|u) (?:een mens|geen)|"
    r"potwierdź,? że (?:nie )?jesteś|insan olduğunuzu|robot olmadığınızı|"
    r"подтвердите,? что (?:вы )?(?:не робот|вы человек|запросы)|подозрительн\S+ (?:трафик|активност)|"
    r"підтвердьте, що ви|"
    r"(?:请|請)(?:完成|进行|進行|通过|通過).{0,8}(?:验证|驗證)|(?:您|你)的(?:访问|訪問|请求|請求|ip).{0,10}(?:拒绝|拒絕|拦截|攔截|限制|异常)|"
    r"(?:拖动|拖動|滑动).{0,8}(?:滑块|滑塊|验证)|ロボットではない|人間であること|アクセスが(?:拒否|制限|集中)|"
    r"로봇이 아닙니다|사람인지 확인|비정상적인 (?:접근|트래픽)|أنك (?:لست روبوت|إنسان)"
)
_SCRIPT_NOTICE = re.compile(
    r"(?:enable|activate|turn on|requires?|needs?|without|disabled).{0,40}java ?script|java ?script.{0,60}"
    r"(?:enable|disabled|activate|turned off|required|not supported|deaktiviert|aktivier|activ|desactiv|désactiv|"
    r"habilit|abilit|ingeschakeld|włącz|включ|увімкн|etkin|有効|启用|啟用|开启|開啟|활성화)"
    r"|(?:aktivieren|activez|activer|active|habilite|abilita|schakel|włącz|включите|启用|请开启|啟用).{0,20}"
    r"java ?script"
    r"|^(?:loading|laden|chargement|cargando|caricamento|carregando|загрузка|加载中|載入中|読み込み中)[\s.…]*$"
)
_CONSENT = re.compile(
    r"cookie|consent|privacy|partners|personal(?:ised|ized)? (?:data|ads|advertis)|"
    r"einwilligung|datenschutz|zustimm|akzeptier|consentement|vie privée|accepter|refuser|consentimiento|"
    r"privacidad|"
    r"aceptar|rechazar|privacidade|aceitar|rejeitar|consenso|accett|rifiut|toestemming|accepteren|weigeren|samtyck|"
    r"samtykke|zgod|akceptuj|souhlas|согласи|隐私|隱私|同意|クッキー|プライバシー|쿠키|동의"
)
_CHOICE = re.compile(
    r"\b(?:accept|agree|reject|decline|manage|customi[sz]e)\b|akzeptier|zustimm|ablehn|accepter|refuser|"
    r"aceptar|rechazar|"
    r"aceitar|rejeitar|accett|rifiut|accepteren|weigeren|akceptuj|odrzuć|принять|отклонить|同意|拒绝|拒絕|拒否|동의|거부"
)
_CHALLENGE = re.compile(
    r"captcha|challenge|turnstile|bot-?(?:check|detect|manager)|are-?you-?human|interstitial", re.IGNORECASE
)
_MEDIA = frozenset({"image", "embed", "table"})
_MARKED = ("form", "iframe", "div", "section", "script", "input", "img")


def may_be_blocked(article: Article) -> bool:
    """Return whether what was read of a page leaves room for doubt: else it need not be looked at."""
    return article.kind != "article" or len(article.body) < _ENOUGH_TEXT


def block_cause(body: bytes, url: str, content_type: str | None = None) -> BlockCause | None:
    """Return what keeps a page from being one that can be read, None for every other page; pure."""
    page = parse_page(body, url, content_type)
    seen = _look_at(page, read_metadata(page))
    if seen.words > _WALL_WORDS or seen.is_declared:
        return "empty-shell" if _is_shell(page, seen) else None
    if _is_notice(page, seen) or _is_wall(seen):
        return "blocked"
    if seen.words <= _MISSING_WORDS and any(map(says_missing, seen.titles)):
        return "soft-404"
    return "empty-shell" if _is_shell(page, seen) else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a reader sees of a page: its titles and lines, and how many words they have."""

    titles: tuple[str, ...]
    lines: tuple[str, ...]
    prose: int
    words: int
    hidden: str
    is_declared: bool
    has_media: bool


def _look_at(page: Page, metadata: Metadata) -> _Seen:
    blocks = blocks_of(page.body)
    lines = tuple(text for block in blocks if (text := squeeze(block.text)))
    told = (element for element in page.root.iter("noscript"))
    return _Seen(
        titles=tuple(squeeze(title).lower() for title in (metadata.html_title, *_headings(blocks)) if title),
        lines=lines,
        prose=sum(words for line in lines if (words := _words_of_prose(line)) >= _PARAGRAPH),
        words=sum(map(word_count, lines)),
        hidden=squeeze(" ".join("".join(map(str, element.itertext())) for element in told)).lower(),
        is_declared=is_declared(metadata),
        has_media=any(block.kind in _MEDIA and not any(map(_is_challenge, block.path)) for block in blocks)
        or any(not _is_challenge(element) for element in page.body.iter("video", "audio", "object", "iframe")),
    )


def _headings(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks if block.kind == "h"][:1]


def _words_of_prose(line: str) -> int:
    """Return the words of a line that is no notice's and no consent's."""
    said = line.lower()
    if _NOTICE.search(said) or _CONSENT.search(said) or _SCRIPT_NOTICE.search(said):
        return 0
    return word_count(line)


def _is_notice(page: Page, seen: _Seen) -> bool:
    """Return whether the page is a notice of a block or asks for a proof: its title, or its text or markup, says so."""
    if seen.words > _NOTICE_WORDS:
        return False
    if any(map(_TITLE.match, seen.titles)):
        return True
    if seen.prose >= _PROSE:
        return False
    said = " ".join((*seen.lines, seen.hidden)).lower()
    return _NOTICE.search(said) is not None or (
        not (seen.prose or seen.has_media) and any(map(_is_challenge, page.root.iter(*_MARKED)))
    )


def _is_challenge(element: etree._Element) -> bool:
    """Return whether an element's name, class or address is a challenge's."""
    named = (element.get(name) for name in ("id", "class", "action", "src"))
    return any(_CHALLENGE.search(name) for name in named if name)


def _is_wall(seen: _Seen) -> bool:
    """Return whether the page asks for consent and says nothing else."""
    if seen.prose >= _PROSE or seen.has_media:
        return False
    asked = sum(1 for line in seen.lines if _CONSENT.search(line.lower()))
    choices = sum(1 for line in seen.lines if word_count(line) <= 6 and _CHOICE.search(line.lower()))
    return asked >= 2 and choices >= 1 and 2 * asked >= len(seen.lines)


def _is_shell(page: Page, seen: _Seen) -> bool:
    """Return whether the page is scripts, and nothing that can be read without them."""
    if seen.has_media or next(page.root.iter("script"), None) is None:
        return False
    return not any(word_count(line) >= _SENTENCE and not _SCRIPT_NOTICE.search(line.lower()) for line in seen.lines)
