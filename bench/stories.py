"""Invented news with a known truth about kinship: stories, reprints of them, and what only looks like one.

Sentences are drawn from patterns of our own in three languages. Each story has its names, places and figures; a series
has one frame whose names and figures change.
"""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_CJK = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Told:
    """One telling of a story: who prints it, and which story it is (None: a story of its own)."""

    story: str
    site: str
    language: str
    title: str
    body: str


_EN = {
    "who": "the harbour authority|the city council|the regional court|the fire brigade|the university hospital|the rail operator|the water board|the teachers' union|the chamber of commerce|the environment agency|the state archive|the coast guard|the football association|the public prosecutor|the tenants' league|the airport company|the farmers' association|the museum trust|the statistics office|the consumer council",
    "did": "approved|rejected|postponed|presented|criticised|confirmed|withdrew|defended|reviewed|published|funded|suspended|extended|promised|questioned|announced|abandoned|welcomed",
    "what": "a plan for the eastern dock|the new tariff for commuters|a report on falling groundwater|the sale of the old brewery|a ban on heavy lorries|the merger of two clinics|an appeal against the ruling|the extension of the night bus|a fund for small theatres|the repair of the iron bridge|a study of school meals|the closure of three branches|an inquiry into missing files|the purchase of electric ferries|a reform of parking fees|the search for a lost freighter|a contract with the foreign supplier|the rebuilding of the flooded square",
    "where": "near the northern gate|in the old customs house|at the foot of the dam|along the western canal|in the district of Marlow|on the island of Senn|outside the central station|behind the botanical garden|at a packed hearing|in a letter to residents|on the upper river|in the village of Torvik",
    "why": "because costs had doubled|after weeks of protest|despite warnings from experts|to win back passengers|since the insurer refused to pay|under pressure from the ministry|while a second opinion is pending|so that work can begin before winter|although the money is not secured|as the deadline ran out|following a complaint by neighbours|once the inspectors had left",
    "said": "nobody had expected such a response|the figures speak for themselves|we will not sign anything in haste|this is about trust more than money|the next months will be decisive|there was never a secret agreement|the old pipes simply gave way|patients come first and budgets second|a fair solution is within reach|the weather left no other choice|every family was told in time|it would be wrong to blame the crew",
}
_DE = {
    "who": "die Hafenbehörde|der Stadtrat|das Landgericht|die Feuerwehr|das Klinikum|der Bahnbetreiber|der Wasserverband|die Lehrergewerkschaft|die Handelskammer|das Umweltamt|das Staatsarchiv|die Küstenwache|der Fußballverband|die Staatsanwaltschaft|der Mieterbund|die Flughafengesellschaft|der Bauernverband|die Museumsstiftung",
    "did": "genehmigte|verwarf|verschob|verteidigte|bestätigte|kritisierte|prüfte|veröffentlichte|förderte|stoppte|verlängerte|begrüßte|bezweifelte|beschloss",
    "what": "den Plan für das östliche Dock|den neuen Tarif für Pendler|einen Bericht über sinkendes Grundwasser|den Verkauf der alten Brauerei|ein Verbot schwerer Lastwagen|die Fusion zweier Kliniken|die Berufung gegen das Urteil|den Ausbau des Nachtbusses|einen Fonds für kleine Bühnen|die Sanierung der Eisenbrücke|eine Studie über Schulessen|die Schließung von drei Filialen|den Kauf elektrischer Fähren|die Reform der Parkgebühren|die Suche nach einem Frachter|den Vertrag mit dem Zulieferer",
    "where": "am nördlichen Tor|im alten Zollhaus|am Fuß der Talsperre|entlang des Kanals|im Ortsteil Marlow|auf der Insel Senn|vor dem Hauptbahnhof|hinter dem Botanischen Garten|in einer Anhörung|in einem Brief an die Anwohner|am Oberlauf|im Dorf Torvik",
    "why": "weil sich die Kosten verdoppelt hatten|nach wochenlangen Protesten|trotz Warnungen von Fachleuten|um Fahrgäste zurückzugewinnen|da die Versicherung nicht zahlt|auf Druck des Ministeriums|solange ein Gutachten aussteht|damit vor dem Winter gebaut werden kann|obwohl das Geld nicht gesichert ist|als die Frist ablief|nach einer Beschwerde der Nachbarn|sobald die Prüfer gegangen waren",
    "said": "mit so viel Zuspruch hatte niemand gerechnet|die Zahlen sprechen für sich|wir unterschreiben nichts in Eile|es geht um Vertrauen und weniger um Geld|die nächsten Monate entscheiden|eine geheime Absprache gab es nie|die alten Rohre haben nachgegeben|erst kommen die Kranken und dann der Haushalt|eine faire Lösung ist in Reichweite|das Wetter ließ keine Wahl|jede Familie wurde rechtzeitig gewarnt",
}
_ZH = {
    "who": "市港务局|市政府常务会议|区人民法院|市消防救援支队|大学附属医院|铁路运营公司|市水务集团|教师协会|市工商联|生态环境局|省档案馆|海事部门|足球协会|检察机关|住房保障中心|机场集团|农业农村局|博物馆理事会|统计部门|消费者委员会",
    "did": "审议通过了|否决了|推迟了|公布了|批评了|确认了|撤回了|重申了|复核了|发布了|资助了|暂停了|延长了|启动了|质疑了|宣布了",
    "what": "东部码头改造方案|通勤票价新标准|地下水位下降的调查报告|老酒厂出让事宜|重型货车限行措施|两家医院的合并计划|针对判决的上诉|夜间公交延伸线路|小剧场扶持基金|铁桥加固工程|学校供餐研究|三家网点的关停安排|档案遗失问题的调查|电动渡轮采购项目|停车收费改革|失联货轮的搜寻工作|与境外供应商签订的合同|被淹广场的重建",
    "where": "在北门附近|在旧海关大楼内|在水库大坝脚下|沿西运河一线|在马陇新区|在森岛上|在中央车站外|在植物园后侧|在座无虚席的听证会上|在致居民的公开信中|在河流上游|在托维村",
    "why": "原因是成本已经翻番|此前市民连续数周提出意见|尽管专家多次提醒|目的是吸引乘客回流|因为保险公司拒绝赔付|主管部门对此高度关注|第二份鉴定仍在进行|以便赶在入冬前开工|虽然资金尚未落实|截止日期已经到来|起因是邻近居民投诉|检查组随后离开现场",
    "said": "没有人料到反响如此强烈|数据本身就说明了问题|我们不会仓促签字|这关乎信任而不只是金钱|接下来几个月至关重要|从来不存在什么秘密协议|老旧管道终于不堪重负|患者永远排在预算前面|公平的办法就在眼前|天气没有留下别的选择|每一户家庭都及时得到了通知|把责任推给船员是错误的",
}
_PATTERNS = {
    "en": (
        "{Who} {did} {what} {where} {why}.", "{Person} said that {said}.", "\"{Said},\" {person} told reporters {where}.",
        "On {day} {who} {did} {what}, {why}.", "About {n} people were affected, {m} more than in {year}.",
        "{Who} and {who2} {did} {what}; {person} had asked for it {where}.", "The costs are put at {n} million, of which {who} pays {m} per cent.",
        "{Why_}, {who} {did} {what} {where}.", "{Person}, who has led {who} since {year}, {did} {what}.",
        "Residents {where} had waited for {m} months, {why}.", "What {who} {did} in {year} was {what}, and {said}.",
        "By {day}, {n} signatures had been handed in {where}.",
    ),
    "de": (
        "{Who} {did} {what} {where}, {why}.", "{Person} sagte, {said}.", "„{Said}“, erklärte {person} {where}.",
        "Am {day} ging es erneut um die Sache: {Who} {did} {what}.", "Rund {n} Menschen sind betroffen, {m} mehr als {year}.",
        "{Who} und {who2} stritten {where}: {said}.", "Die Kosten liegen bei {n} Millionen, davon trägt {who} {m} Prozent.",
        "{Person} leitet das Vorhaben seit {year} und {did} {what}.", "Anwohner {where} hatten {m} Monate gewartet, {why}.",
        "Bis zum {day} kamen {n} Unterschriften {where} zusammen.", "{Why_}, heißt es {where}: {Who} {did} {what}.",
    ),
    "zh": (
        "{who}{where}{did}{what}，{why}。", "{person}表示，{said}。", "“{said}。”{person}{where}对记者说。", "{day}，{who}{did}{what}，{why}。",
        "约{n}人受到影响，比{year}年多{m}人。", "{who}与{who2}{where}{did}{what}，{person}曾提出要求。", "项目费用约为{n}万元，其中{m}%由{who}承担。",
        "{why}，{who}{where}{did}{what}。", "自{year}年起负责此事的{person}{did}{what}。", "{where}的居民已经等待了{m}个月，{why}。",
        "截至{day}，{where}共收到{n}份意见。", "{who}早在{year}年就{did}{what}，但{said}。",
    ),
}  # fmt: skip
_WORDS = {"en": _EN, "de": _DE, "zh": _ZH}
_FIRST = {
    "en": "Ada Ben Clara David Edith Frank Greta Hugh Iris Jonas Karen Leo Mona Nils Olga Paul Ruth Sven Tilda Viktor".split(),
    "zh": "建国 晓明 丽华 志强 秀英 海燕 文博 思远 雨桐 国栋 佳怡 子轩 春梅 立新 永康 静怡".split(),
}
_LAST = {
    "en": "Abel Brandt Carver Dorn Ekholm Fenn Gruber Hale Ibsen Jansen Keller Lund Marsh Novak Olsen Pryce Quist Rohde Stamm Thorne".split(),
    "zh": "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗".split(),
}
_OWN = {
    "en": {"what": "{} of {}", "why": "{} in the {} affair", "said": "{} at {}", "who": "{} of {}"},
    "de": {"what": "{} von {}", "why": "{} im Fall {}", "said": "{} in {}", "who": "{} {}"},
    "zh": {"what": "{1}{0}", "why": "{0}并涉及{1}", "said": "就{1}来说{0}", "who": "{1}{0}"},
}
_FUNCTION_WORDS = {
    "en": "the of and to in a is that for it was on with as be at by this had not are but from or have an they which",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er",
}
_SYLLABLES = "ba den kor lim mar nes pol rut sal tor vik wen zan gal hul fer".split()
_HAN = "安北昌东丰光海和华江金兰林龙明南宁平青清山石顺太天文西新阳永云长中洲川城港湖桥原泉宝德兴"


def story(seed: str, language: str, site: str, sentences: int | None = None) -> Told:
    """Return a story of its own."""
    chance = random.Random(seed)  # noqa: S311
    cast = _cast(chance, language)
    number = sentences or chance.randint(8, 22)
    said = [_sentence(chance, language, cast) for _ in range(number)]
    return Told(seed, site, language, _title(chance, language), _paragraphs(said, language))


def _cast(chance: random.Random, language: str) -> list[str]:
    """Return the people and invented places that one story speaks of."""
    return [_name(chance, language) for _ in range(3)]


def _name(chance: random.Random, language: str) -> str:
    if language == "zh":
        return chance.choice(_LAST["zh"]) + chance.choice(_FIRST["zh"])
    return f"{chance.choice(_FIRST['en'])} {chance.choice(_LAST['en'])}"


def place(chance: random.Random, language: str) -> str:
    """Return the name of an invented place."""
    if language == "zh":
        return "".join(chance.sample(_HAN, 2)) + chance.choice("市县区镇")
    return "".join(chance.sample(_SYLLABLES, chance.randint(2, 3))).capitalize()


def _day(chance: random.Random, language: str) -> str:
    day, month = chance.randint(1, 28), chance.randint(1, 12)
    if language == "zh":
        return f"{month}月{day}日"
    months = "January February March April May June July August September October November December".split()
    return f"{day}. {month}." if language == "de" else f"{months[month - 1]} {day}"


def _fill(chance: random.Random, language: str, pattern: str, cast: list[str]) -> str:
    words = {name: chance.choice(said.split("|")) for name, said in _WORDS[language].items()}
    person = chance.choice(cast)
    # Real news has more words than these lists: invented names keep phrases from coming back in every story.
    near = {"en": "in {}", "de": "in {}", "zh": "在{}"}[language]
    for name, form in _OWN[language].items():
        words[name] = form.format(words[name], place(chance, language))
    if chance.random() < 0.5:
        words["where"] = near.format(place(chance, language))
    values = words | {
        "person": person, "Person": person, "Said": words["said"][0].upper() + words["said"][1:],
        "Who": words["who"][0].upper() + words["who"][1:], "Why_": words["why"][0].upper() + words["why"][1:],
        "who2": chance.choice(_WORDS[language]["who"].split("|")), "day": _day(chance, language),
        "n": str(chance.randint(20, 990)), "m": str(chance.randint(2, 60)), "year": str(chance.randint(1985, 2023)),
    }  # fmt: skip
    return pattern.format(**values)


def _sentence(chance: random.Random, language: str, cast: list[str]) -> str:
    """Return a sentence: one in ten of a pattern, the others of words that come as often as in any language."""
    if chance.random() < 0.1:
        return _fill(chance, language, chance.choice(_PATTERNS[language]), cast)
    words, weights = _lexicon(language)
    said = chance.choices(words, cum_weights=weights, k=chance.randint(8, 22))
    for at in range(len(said)):
        if chance.random() < 0.05:
            said[at] = chance.choice((place(chance, language), str(chance.randint(2, 2000)), chance.choice(cast)))
    text = ("" if language == "zh" else " ").join(said)
    return text[0].upper() + text[1:] + ("。" if language == "zh" else ".")


@cache
def _lexicon(language: str) -> tuple[list[str], list[float]]:
    """Return words and their cumulative weights, the most frequent first (Zipf's law)."""
    chance = random.Random(language)  # noqa: S311
    if language == "zh":
        words = [chr(code) for code in range(0x4E00, 0x9FA0, 9)]
        chance.shuffle(words)
    else:
        words = list(_FUNCTION_WORDS[language].split())
        words += ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(20, len(words) + 20)))
    return words, weights


def _title(chance: random.Random, language: str) -> str:
    words = {name: chance.choice(said.split("|")) for name, said in _WORDS[language].items()}
    parts = words["who"], words["did"], words["what"]
    return "".join(parts) if language == "zh" else " ".join(parts)


def _paragraphs(said: list[str], language: str) -> str:
    apart = "" if language == "zh" else " "
    return "\n\n".join(apart.join(said[at : at + 3]) for at in range(0, len(said), 3))


def sentences_of(body: str) -> list[str]:
    """Return a body's sentences."""
    return [part.strip() for part in re.split(r"(?<=[。])|(?<=[.!?“\"])\s+(?=[A-ZÄÖÜ„\"])|\n\n", body) if part.strip()]


def changed(body: str, share: float, chance: random.Random, language: str) -> str:
    """Return a text with this share of its words (Chinese: characters) replaced, wherever they stand."""
    tokens = re.findall(r"[\u4e00-\u9fff]|\w+|[^\w]", body)
    places = [at for at, token in enumerate(tokens) if _CJK.match(token) or token[0].isalnum()]
    pool = _HAN if language == "zh" else [token for token in tokens if token[0].isalpha()] + _SYLLABLES
    for at in chance.sample(places, int(share * len(places))):
        tokens[at] = chance.choice(pool)
    return "".join(tokens)


def reprint(told: Told, site: str, seed: str, share: float = 0.15) -> Told:
    """Return a story as another site prints it: words changed, the end cut, an agency's line, perhaps another title."""
    chance = random.Random(seed)  # noqa: S311
    said = sentences_of(changed(told.body, share, chance, told.language))
    kept = said[: max(len(said) - chance.randint(0, len(said) // 6), 4)]
    line = {"en": "({} News Agency) – ", "de": "{} (nd) – ", "zh": "本报{}讯 "}[told.language]
    tail = {"en": "Source: {} Press.", "de": "Quelle: {} Presse.", "zh": "（来源：{}日报 责任编辑：{}）"}[told.language]
    town = place(chance, told.language)
    body = line.format(town) + _paragraphs(kept, told.language)
    if chance.random() < 0.5:
        body += "\n\n" + tail.format(town, _name(chance, told.language))
    title = told.title if chance.random() < 0.5 else _title(chance, told.language)
    return Told(told.story, site, told.language, title, body)


def follow_up(told: Told, seed: str, site: str) -> Told:
    """Return a later story that repeats two paragraphs of an earlier one."""
    chance = random.Random(seed)  # noqa: S311
    own = story(seed, told.language, site, chance.randint(9, 18))
    paragraphs = told.body.split("\n\n")
    quoted = chance.sample(paragraphs, min(2, len(paragraphs) // 3))
    mine = own.body.split("\n\n")
    return Told(seed, site, told.language, own.title, "\n\n".join(mine[:2] + quoted + mine[2:]))


def with_furniture(told: Told, site: str) -> Told:
    """Return a story with what its site sets under every article."""
    chance = random.Random(f"furniture {site}")  # noqa: S311
    foot = [_sentence(chance, told.language, ["A. B."]) for _ in range(4)]
    return Told(told.story, site, told.language, told.title, f"{told.body}\n\n{_paragraphs(foot, told.language)}")


_SERIES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Weather for {place}", "The weather service expects {n} degrees in {place} on {day}. Winds of up to {m} knots will blow from the coast in the afternoon. During the night temperatures fall to {k} degrees, and {m2} millimetres of rain are likely. The next report will be issued on {day2} at {k} o'clock. Drivers should take care on bridges and in open country, the service said."),
        ("Traffic this week", "Road works begin in {place} on {day} and will last {k} days. Drivers should expect delays of about {m} minutes between {hour} and {hour2} o'clock. Bus line {k2} will be diverted through {place2} until {day2}. Residents may park in {place3} free of charge. Questions are answered by the traffic office on weekdays. The city asks everyone affected for their understanding."),
        ("Market report", "Shares in {place} closed at {n} points on {day}, up {m} from the day before. Turnover came to {n2} million. The strongest value was {name} Holding with a gain of {k} per cent, while {name2} Industries lost {k2} per cent. Analysts pointed to interest rates and the price of oil as reasons. Trading resumes on {day2}. Prices are delayed by fifteen minutes and given without guarantee."),
        ("Public notice", "Notice is hereby given that {name} has applied for permission to alter the building at {n} {place} Street under case {n2}/{year}. The documents may be inspected at the planning office during opening hours. Objections must be submitted in writing by {day}. Later objections cannot be considered. The hearing is to be held on {day2} in room {k}. For the council: {name2}."),
    ),
    "de": (
        ("Das Wetter in {place}", "Der Wetterdienst erwartet am {day} in {place} bis zu {n} Grad. Am Nachmittag weht der Wind mit {m} Knoten von der Küste. In der Nacht sinken die Werte auf {k} Grad, {m2} Millimeter Regen sind wahrscheinlich. Der nächste Bericht erscheint am {day2} um {k} Uhr. Auf Brücken und freien Strecken ist Vorsicht geboten, teilte der Dienst mit."),
        ("Amtliche Bekanntmachung", "{name} hat beantragt, das Gebäude {place}straße {n} umzubauen (Aktenzeichen {n2}/{year}). Die Unterlagen liegen während der Sprechzeiten im Bauamt aus. Einwendungen sind bis zum {day} schriftlich zu erheben. Spätere Einwendungen können nicht berücksichtigt werden. Der Termin zur Erörterung findet am {day2} in Raum {k} statt. Im Auftrag: {name2}."),
    ),
    "zh": (
        ("{place}天气预报", "据气象台预报，{day}{place}最高气温{n}度，最低气温{k}度。午后沿海风力可达{m}级，夜间预计降雨{m2}毫米。下一次预报将于{day2}{k}时发布。气象部门提醒，驾车经过桥梁和空旷路段时请注意安全，老人和儿童请尽量减少外出。"),
        ("一周股市综述", "{day}收盘，{place}综合指数报{n}点，上涨{m}点，成交额{n2}亿元。涨幅居前的是{name}控股，上涨{k}%，跌幅较大的是{name2}实业，下跌{k2}%。分析人士认为，利率和油价是主要影响因素。{day2}恢复交易。以上行情仅供参考，不构成投资建议，据此操作风险自负。"),
        ("行政处罚公告", "经查，{place}{name}经营部销售的产品经检验不符合国家标准，货值金额{n}元。依据有关法律规定，现决定对其处以罚款{n2}元，并责令于{day}前改正。如不服本决定，可在收到决定书之日起六十日内申请行政复议。联系人：{name2}，电话{n3}。特此公告。"),
        ("停水通知", "因{place}供水管道检修，定于{day}{hour}时至{hour2}时对{place2}沿线用户停水，请提前做好储水准备。恢复供水初期可能出现短时浑浊，请适当放水后使用。如有疑问请拨打热线{n3}。由此给您带来不便，敬请谅解。"),
    ),
}  # fmt: skip


def series(language: str, kind: int, number: int, sites: tuple[str, ...]) -> Iterator[Told]:
    """Yield issues of one series: the same frame, other figures and names; each is a story of its own."""
    title, frame = _SERIES[language][kind]
    for issue in range(number):
        seed = f"{language} series {kind} {issue}"
        values = _figures(random.Random(seed), language)  # noqa: S311
        yield Told(seed, sites[issue % len(sites)], language, title.format(**values), frame.format(**values))


def _figures(chance: random.Random, language: str) -> dict[str, str]:
    """Return what one issue of a series fills into its frame."""
    spans = {"n": (10, 4000), "n2": (10, 900), "n3": (60_000_000, 89_999_999), "m": (2, 60), "m2": (1, 40)}
    spans |= {"k": (1, 20), "k2": (1, 20), "hour": (6, 11), "hour2": (12, 22), "year": (2010, 2024)}
    found = {name: str(chance.randint(*span)) for name, span in spans.items()}
    found |= {name: _day(chance, language) for name in ("day", "day2")}
    found |= {name: place(chance, language) for name in ("place", "place2", "place3")}
    return found | {name: _name(chance, language) for name in ("name", "name2")}


def known_set(stories: int, seed: str = "") -> list[Told]:
    """Return a set with its truth: of each three stories two are reprinted; among them series, notices, follow-ups."""
    found: list[Told] = []
    for language in ("en", "de", "zh"):
        for number in range(stories):
            name = f"{seed}{language} {number}"
            first = with_furniture(story(name, language, f"site{number % 7}"), f"{language}{number % 7}")
            found.append(first)
            if number % 3 != 2:
                other = reprint(first, f"site{(number + 1) % 7}", f"{name} again")
                found.append(with_furniture(other, f"{language}{(number + 1) % 7}"))
            if number % 3 != 1:
                found.append(follow_up(first, f"{name} later", first.site))
            if number % 10 == 0:
                found.append(Told(name, first.site, language, first.title, first.body))
        for kind in range(len(_SERIES[language])):
            found += series(language, kind, stories // 5 + 2, ("site1", "site2", "site1"))
    return found
