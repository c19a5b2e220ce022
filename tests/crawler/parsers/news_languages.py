"""Dates and labels as news sites of twenty languages print them: months, forms of a day, forms of a clock, labels."""

from dataclasses import dataclass

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου "
          "Δεκεμβρίου",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
}  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """How a language prints dates: forms of day, of clock after a day, and its two labels with what follows them."""

    days: tuple[str, ...]
    clocks: tuple[str, ...]
    published: tuple[str, ...]
    updated: tuple[str, ...]


LANGUAGES = {
    "en": Printed(
        ("{M} {d}, {y}", "{d} {M} {y}", "{y}-{m:02}-{d:02}", "{M} {d}th, {y}"),
        (", {h:02}:{i:02}", " at {h}:{i:02}"),
        ("Published: ", "Published on ", "Posted "),
        ("Updated: ", "Last updated ", "Last modified on "),
    ),
    "zh": Printed(
        ("{y}年{m}月{d}日", "{y}年{m:02}月{d:02}日", "{y}-{m:02}-{d:02}"),
        (" {h:02}:{i:02}", " {h}时{i:02}分", " {h}點{i:02}分"),
        ("发布时间：", "發布時間：", "发布于 ", "發佈於 "),
        ("更新时间：", "更新時間：", "更新于 ", "最後更新："),
    ),
    "ja": Printed(
        ("{y}年{m}月{d}日", "{y}/{m:02}/{d:02}"),
        (" {h}時{i:02}分", " {h:02}:{i:02}"),
        ("公開日：", "公開：", "掲載日 "),
        ("最終更新：", "更新日時：", "最終更新 "),
    ),
    "ko": Printed(
        ("{y}.{m:02}.{d:02}", "{y}. {m}. {d}.", "{y}년 {m}월 {d}일"),
        (" {h:02}:{i:02}",),
        ("입력 ", "등록 ", "입력 : "),
        ("수정 ", "최종수정 ", "업데이트 : "),
    ),
    "ar": Printed(
        ("{d} {M} {y}", "{d} {M}، {y}", "{d}/{m}/{y}"),
        (" - {h:02}:{i:02}", " الساعة {h}:{i:02}"),
        ("تاريخ النشر: ", "نشر في "),
        ("تحديث: ", "آخر تحديث: ", "آخر تحديث "),
    ),
    "ru": Printed(
        ("{d} {M} {y} г.", "{d} {M} {y}", "{d:02}.{m:02}.{y}"),
        (", {h:02}:{i:02}", " в {h}:{i:02}"),
        ("Опубликовано: ", "Опубликовано "),
        ("Обновлено: ", "Обновлено "),
    ),
    "es": Printed(
        ("{d} de {M} de {y}", "{d} {M} {y}", "{d:02}/{m:02}/{y}"),
        (" a las {h}:{i:02}", ", {h:02}:{i:02} h"),
        ("Publicado el ", "Fecha: "),
        ("Actualizado: ", "Actualizado el ", "Última actualización: "),
    ),
    "pt": Printed(
        ("{d} de {M} de {y}", "{d:02}/{m:02}/{y}"),
        (" às {h}h{i:02}", " {h:02}:{i:02}"),
        ("Publicado em ", "Data: "),
        ("Atualizado em ", "Atualizado: "),
    ),
    "fr": Printed(
        ("{d} {M} {y}", "{d:02}/{m:02}/{y}"),
        (" à {h}h{i:02}", " à {h} h {i:02}"),
        ("Publié le ", "Publié : "),
        ("Mis à jour le ", "Mise à jour : ", "Modifié le "),
    ),
    "de": Printed(
        ("{d}. {M} {y}", "{d:02}.{m:02}.{y}"),
        (", {h:02}:{i:02} Uhr", " um {h:02}.{i:02} Uhr"),
        ("Veröffentlicht am ", "Erschienen am "),
        ("Zuletzt aktualisiert am ", "Aktualisiert: ", "Stand: "),
    ),
    "it": Printed(
        ("{d} {M} {y}", "{d:02}/{m:02}/{y}"),
        (" alle {h:02}:{i:02}", " ore {h:02}:{i:02}"),
        ("Pubblicato il ", "Data: "),
        ("Aggiornato il ", "Ultimo aggiornamento: "),
    ),
    "pl": Printed(
        ("{d} {M} {y}", "{d} {M} {y} r.", "{d:02}.{m:02}.{y}"),
        (", {h:02}:{i:02}", " o godz. {h}:{i:02}"),
        ("Opublikowano: ", "Data publikacji: ", "Opublikowano "),
        ("Aktualizacja: ", "Zaktualizowano "),
    ),
    "tr": Printed(
        ("{d} {M} {y}", "{d:02}.{m:02}.{y}"),
        (" {h:02}:{i:02}", " - {h:02}:{i:02}", " Salı {h:02}:{i:02}"),
        ("Yayınlanma tarihi: ", "Yayınlanma: "),
        ("Güncellenme: ", "Son güncelleme: ", "Güncelleme "),
    ),
    "nl": Printed(
        ("{d} {M} {y}", "{d:02}-{m:02}-{y}"),
        (" om {h:02}:{i:02}", ", {h:02}:{i:02}"),
        ("Gepubliceerd op ", "Geplaatst: "),
        ("Bijgewerkt op ", "Laatst bijgewerkt: "),
    ),
    "sv": Printed(
        ("{d} {M} {y}", "{y}-{m:02}-{d:02}"),
        (" kl. {h:02}.{i:02}", " kl {h:02}:{i:02}", " {h:02}:{i:02}"),
        ("Publicerad ", "Publicerad: "),
        ("Uppdaterad ", "Senast uppdaterad: "),
    ),
    "uk": Printed(
        ("{d} {M} {y}", "{d} {M} {y} р.", "{d:02}.{m:02}.{y}"),
        (", {h:02}:{i:02}", " о {h}:{i:02}"),
        ("Опубліковано: ", "Опубліковано "),
        ("Оновлено: ", "Останнє оновлення: "),
    ),
    "cs": Printed(
        ("{d}. {M} {y}", "{d}. {m}. {y}", "{d}.{m}. {y}"),
        (" {h}:{i:02}", " v {h}:{i:02}"),
        ("Publikováno: ", "Zveřejněno "),
        ("Aktualizováno: ", "Aktualizováno "),
    ),
    "el": Printed(
        ("{d} {M} {y}", "{d:02}/{m:02}/{y}"),
        (", {h:02}:{i:02}", " στις {h:02}:{i:02}"),
        ("Δημοσιεύθηκε: ", "Δημοσίευση "),
        ("Ενημερώθηκε: ", "Τελευταία ενημέρωση: "),
    ),
    "hi": Printed(
        ("{d} {M} {y}", "{d:02} {M}, {y}", "{d:02}/{m:02}/{y}"),
        (", {h:02}:{i:02}", " {h:02}:{i:02} बजे"),
        ("प्रकाशित: ", "दिनांक: "),
        ("अपडेट: ", "अंतिम अपडेट: ", "अपडेट "),
    ),
    "id": Printed(
        ("{d} {M} {y}", "Selasa, {d:02} {M} {y}", "{d:02}/{m:02}/{y}"),
        (" {h:02}:{i:02}", " | {h:02}:{i:02}", " pukul {h:02}.{i:02}"),
        ("Diterbitkan: ", "Dipublikasikan pada "),
        ("Diperbarui: ", "Diperbarui pada "),
    ),
}
AGO = {
    "en": ("3 hours ago", "2 days ago", "yesterday"), "zh": ("3小时前", "2天前", "昨天"),
    "ja": ("3時間前", "2日前", "昨日"), "ko": ("3시간 전", "2일 전", "어제"),
    "ar": ("منذ 3 ساعات", "منذ يومين", "أمس"), "ru": ("3 часа назад", "2 дня назад", "вчера"),
    "es": ("hace 3 horas", "hace 2 días", "ayer"), "pt": ("há 3 horas", "2 dias atrás", "ontem"),
    "fr": ("il y a 3 heures", "il y a 2 jours", "hier"), "de": ("vor 3 Stunden", "vor 2 Tagen", "gestern"),
    "it": ("3 ore fa", "2 giorni fa", "ieri"), "pl": ("3 godziny temu", "2 dni temu", "wczoraj"),
    "tr": ("3 saat önce", "2 gün önce", "dün"), "nl": ("3 uur geleden", "2 dagen geleden", "gisteren"),
    "sv": ("för 3 timmar sedan", "för 2 dagar sedan", "igår"), "uk": ("3 години тому", "2 дні тому", "вчора"),
    "cs": ("před 3 hodinami", "před 2 dny", "včera"), "el": ("πριν από 3 ώρες", "πριν 2 ημέρες", "χθες"),
    "hi": ("3 घंटे पहले", "2 दिन पहले", None), "id": ("3 jam yang lalu", "2 hari lalu", "kemarin"),
}  # fmt: skip


def written(form: str, language: str, day: object) -> str:
    """Return a date or a time in a form of the tables."""
    month, year = getattr(day, "month", 1), getattr(day, "year", 2000)
    name = MONTHS[language].split()[month - 1] if language in MONTHS else ""
    return form.format(
        y=year, m=month, d=getattr(day, "day", 1), M=name, h=getattr(day, "hour", 0), i=getattr(day, "minute", 0)
    )
