"""The calendar words of the languages that news is written in, as data: months, halves of the day, eras, "ago"."""

import re
import unicodedata
from functools import lru_cache

# Twelve months a language, alternatives parted by commas, a blank inside a name written `_`.
_TABLE = {
    "en": "january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sept,sep "
          "october,oct november,nov december,dec",
    "es": "enero,ene febrero,feb marzo,mar abril,abr mayo,may junio,jun julio,jul agosto,ago "
          "septiembre,setiembre,sept,sep,set octubre,oct noviembre,nov diciembre,dic",
    "pt": "janeiro,jan fevereiro,fev março,mar abril,abr maio,mai junho,jun julho,jul agosto,ago setembro,set "
          "outubro,out novembro,nov dezembro,dez",
    "fr": "janvier,janv,jan février,févr,fév mars,mar avril,avr mai juin,jui juillet,juil août,aou septembre,sept,sep "
          "octobre,oct novembre,nov décembre,déc",
    "de": "januar,jänner,jaenner,jan,jän februar,feber,feb märz,maerz,mär,mrz april,apr mai juni,jun juli,jul "
          "august,aug september,sept,sep oktober,okt november,nov dezember,dez",
    "it": "gennaio,genn,gen febbraio,febbr,feb marzo,mar aprile,apr maggio,magg,mag giugno,giu luglio,lug agosto,ago "
          "settembre,sett,set ottobre,ott novembre,nov dicembre,dic",
    "nl": "januari,jan februari,feb maart,mrt april,apr mei juni,jun juli,jul augustus,aug september,sept,sep "
          "oktober,okt november,nov december,dec",
    "sv": "januari,jan februari,feb mars,mar april,apr maj juni,jun juli,jul augusti,aug september,sept,sep "
          "oktober,okt november,nov december,dec",
    "da": "januar,jan februar,feb marts,mar april,apr maj juni,jun juli,jul august,aug september,sep oktober,okt "
          "november,nov december,dec",
    "no": "januar,jan februar,feb mars,mar april,apr mai juni,jun juli,jul august,aug september,sep oktober,okt "
          "november,nov desember,des",
    "id": "januari,jan februari,pebruari,feb maret,mar april,apr mei juni,jun juli,jul agustus,agt,agu,ags "
          "september,sept,sep oktober,okt november,nopember,nov desember,des",
    "tr": "ocak,oca şubat,şub mart,mar nisan,nis mayıs,may haziran,haz temmuz,tem ağustos,ağu eylül,eyl ekim,eki "
          "kasım,kas aralık,ara",
    "pl": "stycznia,styczeń,sty lutego,luty,lut marca,marzec,mar kwietnia,kwiecień,kwi maja,maj czerwca,czerwiec,cze "
          "lipca,lipiec,lip sierpnia,sierpień,sie września,wrzesień,wrz października,październik,paź "
          "listopada,listopad,lis grudnia,grudzień,gru",
    "cs": "ledna,leden,led února,únor,úno března,březen,bře dubna,duben,dub května,květen,kvě června,červen,čvn "
          "července,červenec,čvc srpna,srpen,srp září,zář října,říjen,říj listopadu,listopad,lis prosince,prosinec,pro",
    "hr": "siječnja,siječanj veljače,veljača ožujka,ožujak travnja,travanj svibnja,svibanj lipnja,lipanj "
          "srpnja,srpanj kolovoza,kolovoz rujna,rujan listopada,listopad studenoga,studenog,studeni prosinca,prosinac",
    "ru": "января,январь,янв февраля,февраль,февр,фев марта,март,мар апреля,апрель,апр мая,май июня,июнь,июн "
          "июля,июль,июл августа,август,авг сентября,сентябрь,сент,сен октября,октябрь,окт ноября,ноябрь,нояб,ноя "
          "декабря,декабрь,дек",
    "uk": "січня,січень,січ лютого,лютий,лют березня,березень,бер квітня,квітень,квіт,кві травня,травень,трав,тра "
          "червня,червень,черв,чер липня,липень,лип серпня,серпень,серп,сер вересня,вересень,вер "
          "жовтня,жовтень,жовт,жов листопада,листопад,лист,лис грудня,грудень,груд,гру",
    "el": "ιανουαρίου,ιανουάριος,ιαν φεβρουαρίου,φεβρουάριος,φεβ μαρτίου,μάρτιος,μάρτης,μαρ απριλίου,απρίλιος,απρ "
          "μαΐου,μάιος,μάη,μαι ιουνίου,ιούνιος,ιουν ιουλίου,ιούλιος,ιουλ αυγούστου,αύγουστος,αυγ "
          "σεπτεμβρίου,σεπτέμβριος,σεπτ,σεπ οκτωβρίου,οκτώβριος,οκτ νοεμβρίου,νοέμβριος,νοε "
          "δεκεμβρίου,δεκέμβριος,δεκ",
    "ar": "يناير,كانون_الثاني,جانفي فبراير,شباط,فيفري مارس,آذار أبريل,إبريل,نيسان,أفريل مايو,أيار,ماي "
          "يونيو,يونيه,حزيران,جوان يوليو,يوليه,تموز,جويلية,يوليوز أغسطس,آب,أوت,غشت سبتمبر,أيلول,شتنبر "
          "أكتوبر,تشرين_الأول نوفمبر,تشرين_الثاني,نونبر ديسمبر,كانون_الأول,دجنبر",
    "hi": "जनवरी,जन फ़रवरी,फर मार्च अप्रैल मई जून जुलाई,जुल अगस्त,अग सितंबर,सितम्बर,सित अक्टूबर,अक्तूबर,अक्टू "
          "नवंबर,नवम्बर,नव दिसंबर,दिसम्बर,दिस",
}  # fmt: skip
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0655\u093c]")
_LETTERS = str.maketrans("ıł", "il")

# The first years of eras, less one: Reiwa, Heisei, Showa, and the Republic of China.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
AM = "上午 午前 凌晨 早上 清晨 오전 पूर्वाह्न".split()
PM = "下午 午後 午后 오후 अपराह्न".split()
# A word between a date and its clock: "5 March 2024 at 10:30".
CLOCK_WORDS = (
    "at", "um", "à", "a las", "a la", "alle ore", "alle", "ore", "às", "as", "om", "kl", "klo", "klokken", "o godz",
    "o godzinie", "godz", "o", "ob", "в", "о", "об", "saat", "pukul", "jam", "στις", "ώρα", "الساعة", "على الساعة",
    "lúc", "v", "को",
)  # fmt: skip

_AGO = (
    "ago", "前", "전", "منذ", "قبل", "назад", "тому", "hace", "há", "atrás", "il y a", "vor", "fa", "temu", "önce",
    "geleden", "sedan", "před", "πριν", "पहले", "lalu",
)  # fmt: skip
# Beginnings of the units' names in minutes; a month is no number of days.
_UNITS = {
    0: "second sec segundo seconde sekund saniye секунд detik ثانية ثوان 秒 초 δευτερ सेकंड सेकेंड s",
    1: "minute minuto minut minuut min минут хвилин dakika menit دقيقة دقائق 分 분 λεπτ मिनट m",
    60: "hour hr hora heure stunde or godzin saat uur uren timm tim час годин hodin jam ساعة ساعات "
        "小时 小時 時間 시간 ωρ घंट h",
    1440: "day día dia jour tag giorn dzień dni gün dag день дня дней дні днів dn hari يوم أيام "
          "天 日 일 ημερ μερ दिन d j",
    10080: "week semana semaine woche settiman tydzień tygod hafta veck недел тижд тижн týd minggu أسبوع أسابيع "
           "周 週 주 εβδομαδ हफ्त सप्ताह w",
}  # fmt: skip
_DUALS = {"دقيقتين": 2, "ساعتين": 120, "يومين": 2880, "اسبوعين": 20160}
_YESTERDAY = (
    "yesterday 昨天 昨日 어제 أمس вчера вчора ayer ontem hier gestern ieri wczoraj dün gisteren igår včera χθες χτες "
    "kemarin"
)
_TODAY = (
    "today 今天 今日 오늘 اليوم сегодня сьогодні hoy hoje aujourd'hui heute oggi dziś bugün vandaag idag dnes σήμερα"
)


def fold(word: str) -> str:
    """Return a word as it is looked up: without case, accents and vowel points."""
    if word.isascii():
        return word.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def _words_of(table: str) -> dict[str, int]:
    months = enumerate(table.split(), 1)
    return {fold(name.replace("_", " ")): number for number, names in months for name in names.split(",")}


_BY_LANGUAGE = {language: _words_of(table) for language, table in _TABLE.items()}


def _anywhere() -> dict[str, int]:
    """Return the names that mean one month in whatever language; "listopada" is October here, November there."""
    meanings: dict[str, set[int]] = {}
    for words in _BY_LANGUAGE.values():
        for name, number in words.items():
            meanings.setdefault(name, set()).add(number)
    # Abbreviations that are words of their own elsewhere.
    return {name: min(found) for name, found in meanings.items() if len(found) == 1 and name not in ("pro", "led")}


_ANYWHERE = _anywhere()


@lru_cache(maxsize=4096)
def month_of(name: str, language: str | None) -> int | None:
    """Return the number of a month's name, in the page's language rather than in another."""
    own = _BY_LANGUAGE.get(language or "", {})
    parts = [name, *re.split(r"\s?/\s?", name)]
    for part in map(fold, parts):
        number = own.get(part) or _ANYWHERE.get(part)
        if number:
            return number
    return None


def _either(words: list[str]) -> str:
    return "|".join(re.escape(fold(word)).replace(r"\ ", r"\s") for word in sorted(words, key=len, reverse=True))


_MINUTES = {fold(stem): minutes for minutes, stems in _UNITS.items() for stem in stems.split()}
_AGO_WORD = re.compile(rf"(?<![^\W\d_])(?:{_either([word for word in _AGO if word not in '前전'])})(?![^\W\d_])|前|전")
_DUAL = re.compile(_either(list(_DUALS)))
_LONG = [stem for stem in _MINUTES if len(stem) > 2]
# A number and its unit ("3 hours", "3h"), or one unit whole ("an hour", "منذ ساعة").
_STEMS = [stem for stem in _MINUTES if len(stem) > 1 or not stem.isascii()]
_AMOUNT = re.compile(
    rf"(?<!\d)(?P<number>\d{{1,3}})\s?(?:(?P<short>[smhdjw])(?![^\W\d_])|(?P<unit>{_either(_STEMS)}))"
    rf"|(?<![^\W_])(?<!\d\s)(?P<one>{_either(_LONG)})"
)
_DAYS_AGO = (
    (1, re.compile(rf"(?<![^\W\d_])(?:{_either(_YESTERDAY.split())})(?![^\W\d_])")),
    (0, re.compile(rf"(?<![^\W\d_])(?:{_either(_TODAY.split())})(?![^\W\d_])")),
)


def minutes_ago(text: str, language: str | None) -> int | None:
    """Return how many minutes ago a text says that something was ("3 hours ago", "昨天"); None where it does not."""
    said = fold(text[:120])
    for days, pattern in _DAYS_AGO:
        found = pattern.search(said)
        # French for yesterday is German for here.
        if found and not (found[0] == "hier" and language in ("de", "nl")):
            return days * 1440
    ago = _AGO_WORD.search(said)
    if not ago:
        return None
    dual = _DUAL.search(said)
    if dual:
        return _DUALS[dual[0]]
    amount = next((match for match in _AMOUNT.finditer(said) if match.span() != ago.span()), None)
    if not amount:
        return None
    unit = amount["unit"] or amount["short"] or amount["one"]
    return int(amount["number"] or 1) * _MINUTES[unit]
