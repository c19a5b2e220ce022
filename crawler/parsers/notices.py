"""What a page tells readers from whom it keeps the rest of an article."""

import re

from lxml import etree

from crawler.parsers.blocks import Block
from crawler.parsers.furniture import tokens_of

_LONGEST = 400
_NOTICES = (
    # English
    (
        r"(?:subscribe|sign up|sign in|log ?in|register|join|become a (?:subscriber|member))(?: now| today| here)?"
        r"(?: or (?:log ?in|sign in|register|subscribe))? to (?:continue|keep|finish|unlock|read) "
        r"?(?:reading|the (?:full|rest)|this|more|full)"
    ),
    r"to (?:continue|keep) reading(?: this (?:article|story))?,? (?:please )?(?:subscribe|sign|log|register|create)",
    (
        r"(?:article|story|content|post|page) is (?:only |exclusively )?(?:for|available (?:only )?(?:to|for)|"
        r"reserved for|exclusive to|limited to)(?: our| paid| paying| registered| premium)* (?:subscribers|members)"
    ),
    r"(?:rest|remainder) of this (?:article|story|post) is (?:for|available|behind|locked)",
    r"you(?:[’']ve| have) (?:reached|used|read)(?: all)?(?: of)? your .{0,30}(?:free|complimentary|monthly|limit)",
    # German
    r"(?:jetzt|kostenlos) weiterlesen|weiterlesen mit\b|(?:abonnieren|anmelden|registrieren).{0,30} um weiterzulesen",
    r"(?:nur|exklusiv) für abonnent|(?:artikel|inhalt|beitrag) ist (?:nur |exklusiv )?für (?:abonnent|mitglieder)",
    # French
    r"réservée? (?:aux|à nos) abonné|il vous reste .{1,20} à (?:lire|découvrir)",
    r"(?:abonnez-vous|connectez-vous|inscrivez-vous) pour (?:lire|continuer|accéder|poursuivre)",
    # Spanish, Portuguese, Italian
    r"(?:suscríbete|suscríbase|regístrate|inicia sesión) para (?:seguir|continuar|leer)",
    r"(?:exclusiv[oa]|s[oó]lo) para suscriptores",
    r"(?:assine|cadastre-se|faça login|subscreva) para (?:continuar|ler|ter acesso)",
    r"exclusiv[oa] para (?:assinantes|subscritores)|(?:riservato|esclusivo) (?:agli|per gli) abbonati",
    r"(?:abbonati|registrati|accedi) per (?:continuare|leggere|proseguire)",
    # Dutch, the Nordic languages
    r"(?:abonneer je|log in|registreer)(?: nu)? om (?:verder te lezen|dit artikel)|(?:alleen|exclusief) voor abonnees",
    r"(?:abonner|bli abonnent|tegn abonnement|køb abonnement|logg inn|log ind) for (?:å |at )(?:lese|læse)",
    r"kun for abonnent|(?:bara|endast|exklusivt) för prenumeranter|prenumerera för att (?:läsa|fortsätta)",
    r"(?:tilaa|kirjaudu).{0,30}(?:jatkaaksesi|lukeaksesi)",
    # Polish, Czech, Turkish, Russian, Ukrainian, Greek
    r"(?:wykup|kup|załóż).{0,40} (?:aby|żeby|by) (?:czytać|przeczytać)",
    r"(?:tylko|wyłącznie) dla (?:prenumeratorów|subskrybentów)|(?:jen|pouze) pro předplatitele",
    r"(?:sadece|yalnızca) abonelere|okumaya devam etmek için",
    r"(?:подпишитесь|оформите подписку|войдите),? чтобы (?:читать|продолжить|прочитать)",
    r"(?:только|доступно) для подписчиков|(?:передплатіть|підпишіться),? щоб (?:читати|продовжити)",
    r"μόνο για συνδρομητές",
    # Chinese, Japanese, Korean, Arabic
    r"(?:订阅|訂閱|登录|登錄|登入|注册|開通|开通).{0,8}(?:继续|繼續|閱讀全文|阅读全文)",
    r"(?:仅限|僅限|只限).{0,6}(?:订户|訂戶|会员|會員)",
    r"有料会員(?:限定|の方)|会員登録して|この記事は(?:有料|会員)|続きを読むには|残り\s?[\d,]+\s?文字",
    r"(?:구독|로그인|회원가입).{0,10}(?:계속|전문|이어서)|(?:구독자|유료회원) 전용",
    r"(?:اشترك|سجل).{0,20}(?:لمتابعة|لمواصلة|للمتابعة)|للمشتركين فقط",
)
# Without the flag that ignores case, on text in lower case: it is several times as fast.
_NOTICE = re.compile("|".join(_NOTICES))
# A notice has one of these, an ordinary line hardly ever: a new notice needs its own among them.
_SIGNS = (
    "to continue", "to keep", "to finish", "to unlock", "to read", "subscribers", "members", "rest of this",
    "remainder of this", "ve reached", "ve used", "ve read",
    "weiterlesen", "weiterzulesen", "für abonnent", "für mitglieder",
    "abonné", "il vous reste", "z-vous pour",
    "íbete para", "íbase para", "ístrate para", "inicia sesión para", "para suscriptores",
    "assine para", "cadastre-se para", "faça login para", "subscreva para", "para assinantes", "para subscritores",
    "gli abbonati", "per continuare", "per leggere", "per proseguire",
    "om verder te lezen", "om dit artikel", "voor abonnees",
    "for å l", "for at l", "for abonnent", "för prenumeranter", "prenumerera för", "jatkaaksesi", "lukeaksesi",
    "czytać", "dla prenumeratorów", "dla subskrybentów", "pro předplatitele", "abonelere", "okumaya devam",
    "чтобы читать", "чтобы продолжить", "чтобы прочитать", "для подписчиков", "щоб читати", "щоб продовжити",
    "μόνο για συνδρομητές",
    "继续", "繼續", "閱讀全文", "阅读全文", "订户", "訂戶", "会员", "會員", "会員", "有料", "続きを読むには", "残り",
    "계속", "전문", "이어서", "전용", "لمتابعة", "لمواصلة", "للمشتركين",
)  # fmt: skip
# Words of an offer: they tell a paywall only where the markup names one too.
_OFFER = re.compile(
    r"subscri|sign in|log ?in|register|unlock|member|trial|abo\b|abonn|anmelden|suscr|assin|abbon|prenumer|подпис|"
    r"订阅|訂閱|会員|구독"
)
_PAYWALL = frozenset({"paywall", "regwall", "piano", "paywalled", "premiumwall"})
_SUBSCRIBERS = frozenset({"only", "offer", "prompt", "wall", "barrier"})


def is_notice(text: str) -> bool:
    """Return whether a line says that the rest is for those who subscribe or sign in."""
    return 6 <= len(text) <= _LONGEST and _is_said(text.lower())


def _is_said(text: str) -> bool:
    return any(map(text.__contains__, _SIGNS)) and _NOTICE.search(text) is not None


def paywall_of(block: Block) -> etree._Element | None:
    """Return the element around an offer that is named a paywall; None for other lines, and for an offer elsewhere."""
    if not 16 <= len(block.text) <= _LONGEST or _OFFER.search(block.text.lower()) is None:
        return None
    return next((element for element in block.path[-4:] if _is_paywall(tokens_of(element))), None)


def _is_paywall(tokens: frozenset[str]) -> bool:
    return not _PAYWALL.isdisjoint(tokens) or ("subscriber" in tokens and not _SUBSCRIBERS.isdisjoint(tokens))
