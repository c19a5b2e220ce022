"""The words of which invented news are made, in four languages."""

from collections.abc import Mapping
from dataclasses import dataclass

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What one language says: forms with slots, what fills the slots, and the labels of a site."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


def _labels(text: str) -> dict[str, str]:
    return dict(line.split(" = ") for line in _lines(text))


_EN = Vocabulary(
    _lines("""
    {org} promises {thing} for {place}
    {place} votes for {thing}
    {org} and neighbours of {place} argue over {thing}
    Winter brings {thing} to {place}
    {thing}: what {place} can expect this year
    {person} fights for {thing} in {place}
    How {place} came by {thing}
    """),
    _lines("""
    {org} said on {weekday} that {thing} would reach {place} before the end of the season.
    Nobody in {place} had expected the letter, which {person} read aloud to a full hall.
    The plan costs {number} crowns a year, of which the town pays a little less than half.
    {person}, who has lived in {place} for {number} weeks, calls the idea overdue.
    Work begins as soon as the ground has dried, and it should take about {number} days.
    Two years ago a similar attempt failed, because the money went to {thing} instead.
    Shopkeepers along the quay are divided, and several of them have signed a letter against it.
    "We have counted {number} people on an ordinary {weekday}," said {person}, "and most of them were in a hurry."
    The council will look at the figures once more before anything is signed.
    Whoever wants to see the drawings can do so at the library in {place} until {weekday} evening.
    {org} has asked for {thing} as well, but it did not get an answer.
    A survey among {number} households shows that most of them would rather wait than pay more.
    The last word belongs to the district court, which meets again in the spring.
    Older residents remember that {place} once had {thing}, long before the ferry was built.
    """),
    {
        "org": _parts("The harbour office; The tram company; The library board; The school council; The museum; "
                      "The fire brigade; The orchard union; The ferry line; The water board"),
        "place": _parts("Old Ferry; Lantern Quay; Mill Hill; Eastgate; Salt Row; North Pier; Orchard End; Kiln Street; "
                        "Tanner's Bridge; Windmill Cross; Glebe Park; Copper Yard"),
        "thing": _parts("cheaper ferry tickets; quieter trams; longer library hours; repairs to the pier; "
                        "more night buses; rooms for musicians; wider pavements; free school lunches; "
                        "new footbridges; solar roofs; better street lamps; "
                        "allotments for beginners; swimming lessons"),
        "person": _parts("Lena Okafor; Tobias Marsh; Ines Valdera; Hugo Lindqvist; Mara Pell; Oriel Sato; "
                         "Jonas Reddick; Petra Vance; Samir Holt"),
        "weekday": _parts("Monday; Tuesday; Wednesday; Thursday; Friday"),
    },
    _labels("""
    news = News
    culture = Culture
    home = Home
    about = About us
    contact = Contact
    privacy = Privacy
    guide = Moving to the harbour: the complete guide
    events = Events
    tags = Topics
    most_read = Most read
    related = More from {section}
    more = Read more
    next = Next
    previous = Previous
    load_more = Load more
    by = By {person}
    published = Published {day}
    archive = Archive
    advert = Advertisement
    report = Annual report (PDF)
    name = The Harbour Gazette
    """),
)  # fmt: skip

_DE = Vocabulary(
    _lines("""
    {org} verspricht {thing} für {place}
    {place} stimmt für {thing}
    {org} und Anwohner von {place} streiten über {thing}
    {thing}: Was {place} in diesem Jahr erwartet
    {person} kämpft um {thing} in {place}
    Wie {place} zu Geld für {thing} kam
    """),
    _lines("""
    {org} teilte am {weekday} mit, dass {thing} noch vor dem Ende der Saison nach {place} kommen sollen.
    Niemand in {place} hatte mit dem Brief gerechnet, den {person} im vollen Saal verlas.
    Das Vorhaben kostet {number} Kronen im Jahr, von denen die Stadt etwas weniger als die Hälfte zahlt.
    {person} wohnt seit {number} Wochen in {place} und hält den Einfall für überfällig.
    Die Arbeiten beginnen, sobald der Boden getrocknet ist, und sollen etwa {number} Tage dauern.
    Vor zwei Jahren scheiterte ein ähnlicher Versuch, weil das Geld damals für {thing} ausgegeben wurde.
    Die Händler am Kai sind geteilter Meinung, mehrere von ihnen haben einen Brief dagegen unterschrieben.
    „Wir haben am {weekday} {number} Menschen gezählt“, sagte {person}, „und die meisten hatten es eilig.“
    Der Rat wird sich die Zahlen noch einmal ansehen, bevor etwas unterschrieben wird.
    Wer die Zeichnungen sehen will, kann das bis {weekday} in der Bücherei von {place} tun.
    {org} hat ebenfalls um {thing} gebeten, aber keine Antwort bekommen.
    Eine Umfrage unter {number} Haushalten zeigt, dass die meisten lieber warten als mehr bezahlen würden.
    Das letzte Wort hat das Bezirksgericht, das erst im Frühjahr wieder zusammentritt.
    Ältere Leute erinnern sich, dass es in {place} schon einmal {thing} gab, lange vor dem Bau der Fähre.
    """),
    {
        "org": _parts("Das Hafenamt; Die Straßenbahn AG; Der Schulrat; Das Museum; Die Feuerwehr; Der Obstbauverein; "
                      "Die Fährlinie; Das Wasserwerk; Der Büchereiverein"),
        "place": _parts("Altfähr; Laternenkai; Mühlberg; Osttor; Salzgasse; Nordmole; Gerberbrück; Ziegelhof; "
                        "Grünau; Kupferhof; Süderende; Überlingsfeld"),
        "thing": _parts("billigere Fährkarten; leisere Straßenbahnen; längere Öffnungszeiten; neue Fußgängerbrücken; "
                        "mehr Nachtbusse; Räume für Musiker; breitere Gehwege; kostenlose Schulessen; "
                        "Solardächer; bessere Straßenlampen; Gärten für Anfänger; Schwimmkurse"),
        "person": _parts("Lena Brandtner; Tobias Märkl; Ines Vollrath; Hugo Lindner; Mara Pelzig; Jörn Sattler; "
                         "Petra Wanzke; Samir Holtmann; Käthe Öhm"),
        "weekday": _parts("Montag; Dienstag; Mittwoch; Donnerstag; Freitag"),
    },
    _labels("""
    news = Nachrichten
    culture = Kultur
    home = Startseite
    about = Über uns
    contact = Kontakt
    privacy = Datenschutz
    guide = Neu am Hafen: der große Wegweiser
    events = Veranstaltungen
    tags = Themen
    most_read = Meistgelesen
    related = Mehr aus {section}
    more = Weiterlesen
    next = Weiter
    previous = Zurück
    load_more = Mehr laden
    by = Von {person}
    published = Veröffentlicht am {day}
    archive = Archiv
    advert = Anzeige
    report = Jahresbericht (PDF)
    name = Hafenbote
    """),
)  # fmt: skip

_ES = Vocabulary(
    _lines("""
    {org} promete {thing} para {place}
    {place} vota a favor de {thing}
    {org} y los vecinos de {place} discuten sobre {thing}
    {thing}: lo que espera {place} este año
    {person} pelea por {thing} en {place}
    Cómo consiguió {place} dinero para {thing}
    """),
    _lines("""
    {org} anunció el {weekday} que {thing} llegarán a {place} antes de que termine la temporada.
    Nadie en {place} esperaba la carta que {person} leyó ante una sala llena.
    El plan cuesta {number} coronas al año, de las que el municipio paga algo menos de la mitad.
    {person}, que vive en {place} desde hace {number} semanas, cree que la idea llega tarde.
    Las obras empezarán en cuanto se seque el terreno y deberían durar unos {number} días.
    Hace dos años un intento parecido fracasó, porque el dinero se gastó en {thing}.
    Los comerciantes del muelle están divididos y varios de ellos han firmado una carta en contra.
    «Contamos {number} personas un {weekday} cualquiera», dijo {person}, «y casi todas tenían prisa».
    El consejo volverá a mirar las cifras antes de que se firme nada.
    Quien quiera ver los planos puede hacerlo en la biblioteca de {place} hasta el {weekday} por la tarde.
    {org} también pidió {thing}, pero no recibió respuesta.
    Una encuesta entre {number} hogares muestra que la mayoría prefiere esperar antes que pagar más.
    La última palabra la tiene el juzgado del distrito, que vuelve a reunirse en primavera.
    Los mayores recuerdan que {place} ya tuvo {thing}, mucho antes de que se construyera el transbordador.
    """),
    {
        "org": _parts("La oficina del puerto; El tranvía municipal; El consejo escolar; El museo; La biblioteca; "
                      "La línea de ferris; La compañía de aguas; El cuerpo de bomberos"),
        "place": _parts("Puerto Viejo; Muelle Farol; Cerro Molino; Puerta Este; Calle Salinas; Espigón Norte; "
                        "Barrio Alfarero; Puente Curtidor; Parque Añil; Patio Cobre; Campo Ñandú; Las Eras"),
        "thing": _parts("billetes de ferri más baratos; tranvías más silenciosos; horarios más largos; "
                        "puentes peatonales nuevos; más autobuses nocturnos; salas para músicos; aceras más anchas; "
                        "comedores gratuitos; tejados solares; farolas mejores; huertos para principiantes; "
                        "clases de natación"),
        "person": _parts("Elena Ocaña; Tobías Marín; Inés Valdera; Hugo Lizarra; Mara Pellicer; Óscar Satué; "
                         "Jonás Redondo; Petra Vances; Samir Holguín"),
        "weekday": _parts("lunes; martes; miércoles; jueves; viernes"),
    },
    _labels("""
    news = Noticias
    culture = Cultura
    home = Inicio
    about = Quiénes somos
    contact = Contacto
    privacy = Privacidad
    guide = Vivir en el puerto: la guía completa
    events = Agenda
    tags = Temas
    most_read = Lo más leído
    related = Más de {section}
    more = Leer más
    next = Siguiente
    previous = Anterior
    load_more = Cargar más
    by = Por {person}
    published = Publicado el {day}
    archive = Archivo
    advert = Publicidad
    report = Memoria anual (PDF)
    name = El Faro del Muelle
    """),
)  # fmt: skip

_ZH = Vocabulary(
    _lines("""
    {org}承诺为{place}提供{thing}
    {place}居民投票支持{thing}
    {org}与{place}居民就{thing}展开讨论
    {place}今年有望迎来{thing}
    {person}为{place}争取{thing}
    {place}是怎样得到{thing}的
    """),
    _lines("""
    {org}{weekday}表示，{thing}将在本季结束前落户{place}。
    {place}没有人料到会收到这封信，{person}在座无虚席的大厅里宣读了全文。
    该计划每年需要{number}元，其中市里承担的部分略低于一半。
    {person}在{place}已经住了{number}个星期，认为这个想法早该实现。
    只要地面一干，工程就会开始，预计需要大约{number}天。
    两年前曾有过类似的尝试，但因为经费用在了{thing}上而没有成功。
    码头沿线的店主们意见不一，其中几位已经联名写信表示反对。
    “我们在一个普通的{weekday}数了{number}个人，”{person}说，“大多数人都行色匆匆。”
    在签字之前，委员会还会再核对一遍这些数字。
    想看图纸的市民可以在{weekday}之前到{place}图书馆查阅。
    {org}也曾申请{thing}，但没有得到答复。
    一项对{number}户家庭的调查显示，大多数人宁愿等待也不愿多付钱。
    最后的决定权在区法院，法院要到春天才会再次开庭。
    老居民还记得，早在轮渡建成之前，{place}就曾有过{thing}。
    """),
    {
        "org": _parts("港务局; 电车公司; 图书馆理事会; 教育委员会; 市博物馆; 消防队; 果农协会; 轮渡公司; 自来水公司"),
        "place": _parts("老渡口; 灯笼码头; 磨坊山; 东门街; 盐巷; 北堤; 果园村; 窑街; 皮匠桥; 风车路口; 青林公园; 铜院"),
        "thing": _parts("更便宜的船票; 更安静的电车; 更长的开放时间; 新的人行桥; 更多的夜班公交; 音乐排练室; "
                        "更宽的人行道; 免费校园午餐; 太阳能屋顶; 更亮的路灯; 新手菜园; 游泳课程"),
        "person": _parts("林小禾; 陶望; 易娜; 胡国林; 马珊; 欧阳朔; 江南生; 裴春; 霍思明"),
        "weekday": _parts("星期一; 星期二; 星期三; 星期四; 星期五"),
    },
    _labels("""
    news = 新闻
    culture = 文化
    home = 首页
    about = 关于我们
    contact = 联系我们
    privacy = 隐私政策
    guide = 港城生活指南
    events = 活动日历
    tags = 话题
    most_read = 阅读排行
    related = 更多{section}
    more = 阅读全文
    next = 下一页
    previous = 上一页
    load_more = 加载更多
    by = 作者：{person}
    published = 发布时间：{day}
    archive = 往期
    advert = 广告
    report = 年度报告（PDF）
    name = 海港日报
    """),
)  # fmt: skip

VOCABULARIES: Mapping[str, Vocabulary] = {"en": _EN, "de": _DE, "es": _ES, "zh": _ZH}
