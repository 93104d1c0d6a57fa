"""Which lines at the end of somebody's words are a signature and nothing else. Pure, linear.

Rule: a line is taken for a signature only where a program's mark or a closing phrase stands above it and all that
follows to the end is a name, a post, a way to reach somebody or a program's own line. When unsure, it is the client's.
"""

import re
from collections.abc import Sequence

from mail.quote_marks import LOOKED_AT, head, is_quoted

LINES = 15  # lines that say something; a longer signature is a letter
WITHIN = 60  # lines from the end that are looked at
SHORT = 60  # characters of a line that may stand among a signature's without being known
WIDE = 200  # characters that one line of a signature may have
PROGRAM_WIDE = 120  # characters of a program's own line
NAME_WORDS = 5
POST_WORDS = 9

_DELIMITER = re.compile(r"--$|---$|[—–]{1,60}$|_{2,60}$|-{4,60}$")
_CLOSING = re.compile(
    r"(?:[сc] (?:(?:глубоким|большим|искренним|неизменным) )?(?:уважением и (?:благодарностью|наилучшими пожеланиями)"
    r"|уважением|ув\.?|почтением|наилучшими пожеланиями|добрыми пожеланиями)"
    r"|искренне ваша?|всего (?:доброго|хорошего|наилучшего)"
    r"|(?:with )?(?:(?:best|kind|kindest|warm|warmest|many) )?regards|with best wishes|best wishes|all the best"
    r"|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully(?: yours)?|cordially"
    r"|(?:best|br|rgds|kr)(?=,|$))"
    r"(?=[,.!;:/\s]|$)[,.!;:\s]{0,4}",
    re.IGNORECASE,
)
_DEVICE = (
    r"(?<!\w)(?:i(?:phone|pad|pod|os)|айфона|android|samsung|galaxy|xiaomi|redmi|poco|mi\b|miui|honor|huawei"
    r"|realme|oppo|vivo"
    r"|oneplus|nokia|sony|lg\b|htc|pixel|blackberry|windows|mac\b|outlook|gmail|yahoo|aol|icloud|proton|mail\b"
    r"|почт[ыау]\b"
    r"|мобильн\w{2,4}|яндекс|yandex|mymail|spark|k-9|bluemail|thunderbird|edison|airmail|rambler|рамблер"
    r"|приложения|устройства"
    r"|телефона|смартфона|планшета)"
)
_PROGRAM = re.compile(
    rf"(?:sent (?:from|via|with|using|by) (?:my [\w .'-]{{2,40}}(?:,? please excuse .{{2,40}})?$"
    rf"|(?:my |a )?(?:mobile|(?:smart|cell )?phone|tablet)(?: device)?\.?$|(?=.{{0,30}}?{_DEVICE}))"
    rf"|(?:отправлено|послано|написано|создано) (?:с помощью|через|со?|из) (?=.{{0,30}}?{_DEVICE})"
    r"|(?:get|download) (?:outlook|bluemail|yahoo mail|the .{1,30} app)|(?:скачать|получить|загрузить"
    r"|скачайте) \S{2,20} (?:для|for) "
    r"|(?:please )?excuse (?:my )?(?:brevity|typos)"
    r"|(?:пожалуйста, )?(?:простите|извините) за (?:мою |моё |мое )?(?:краткость|опечатки)).{0,90}$",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?<!\w)(?:вчера|сегодня|утром|но|не|ещё|уже|заявк\w|файл\w{0,3}|yesterday|today|but|not|order|ticket)(?!\w)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"[*_\s]{0,6}(?:(?:внимание|важно|note|notice|warning|disclaimer)[!:.]\s)?(?:"
    r"(?=.{0,350}конфиденциал)(?=.{0,350}(?:предназнач|адресат|получател))(?:.{0,30}информация|содержание"
    r"|(?:настоящее|данное|это|эта|этот)\s.{0,60}(?:сообщение|письмо|e-?mail|переписка))"
    r"|уведомление о конфиденциальности|конфиденциальность:"
    r"|(?=.{0,350}(?:confidential|privileged))(?=.{0,350}(?:intended|recipient|addressee))"
    r"(?:th(?:is|e) .{0,60}(?:mail|message|communication|transmission)"
    r"|(?:the )?(?:information|contents?) .{0,60}(?:mail|message))"
    r"|this (?:e-?mail|message) has been (?:checked|scanned) for viruses"
    r"|confidentiality (?:notice|note)|disclaimer\b|(?:please )?(?:consider|think of) the environment"
    r"|(?:прежде чем|перед тем,? как) (?:распечатать|печатать) |подумайте об? (?:окружающей среде|экологии)"
    r"|берегите природу"
    r"|без вирусов\.?(?:\s|$)|virus-free\.?(?:\s|$)|(?:это|данное) (?:письмо|сообщение) .{0,20}проверено"
    r"|проверено (?:антивирус|на вирусы))",
    re.IGNORECASE,
)
_LIST = re.compile(r".{0,80}mailing list$|you received this message because you are subscribed", re.IGNORECASE)
_SAYS = re.compile(
    r"(?:\?|\S!)\s{0,2}$|\b(?:не|нет|да|прошу|просьба|просим|можно|нужно|надо|жду|ждём|ждем|как|когда|почему|что|где"
    r"|если|пожалуйста"
    r"|помогите|работа(?:ет|ют|ю)|печатает|будет|был[аио]?|есть|это|у нас|у меня|но|пока|уже|ещё|еще|пришлите"
    r"|позвоните"
    r"|звоните|напишите|сообщите|спасибо|благодарю|please|not|can|could|is|are|was|were|has|have|does|do|did"
    r"|will|would"
    r"|should|when|why|how|what|where|if|but|we|you|this|that|thanks?|let me|call me|need|still|yes|no)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-ZА-ЯЁ][\w'’.-]{0,25}|де|ван|фон|оглы|кызы|de|van|von|der|di|la|bin|al")
_POST = re.compile(
    r"(?<!\w)(?:менеджер|директор|гендиректор|бухгалтер|главбух|инженер|специалист|руководител|начальник"
    r"|администратор|отдел|департамент"
    r"|служб|управлени|секретар|помощник|ассистент|зам\b|заместител|главн|ведущ|старш|эксперт|консультант"
    r"|аналитик|программист"
    r"|разработчик|юрист|кассир|продавец|товаровед|логист|кладовщик|оператор|координатор|председател|президент"
    r"|учител|преподавател"
    r"|доцент|профессор|врач|завуч|завед|группа компаний|компани|предприятие|организаци|филиал|магазин|склад"
    r"|торговый дом|школа"
    r"|университет|институт|ооо|оао|зао|пао|ао\b|ип\b|нко|фгуп|муп|гк\b|тд\b|тк\b|мбоу|гбоу"
    r"|manager|director|engineer|accountant|assistant|officer|head of|chief|c[eftio]o\b|vp\b|president|founder"
    r"|partner|owner"
    r"|sales|marketing|support|department|dept|team\b|lead|senior|junior|developer|analyst|consultant"
    r"|specialist|administrator"
    r"|coordinator|secretary|professor|lecturer|company|corp\b|corporation|inc\b|llc|ltd|gmbh|plc|group"
    r"|university|school|office)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:тел|моб|факс|раб|доб|сот|т|м|ф|tel|phone|mob|mobile|cell|fax|office|direct|ph|m|t|p|f|e|w|o|d)\s?[.:/]"
    r"|(?:телефон|мобильный|факс|e-?mail|почта|эл\. ?почта|сайт|адрес|skype|скайп|telegram|телеграм|whatsapp"
    r"|viber|icq|mobile"
    r"|phone|fax|web|website|address|site|instagram|vk|max)\b)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"[+(\d][\d ()/.–-]{5,20}\d")
_LINK = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,60}|https?://|www\."
    r"|(?<![\w.-])[\w-]{2,40}\.(?:ru|com|рф|net|org|su|by|kz|io|example)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b\d{6}\b|(?<!\w)(?:г|ул|пр|пр-т|пр-д|пер|наб|ш|д|оф|стр|корп|пом|обл)\.\s?[А-ЯЁA-Z\d]"
    r"|(?<!\w)(?:город|улица|проспект|офис|область)\s|\b[A-Z]{2} \d{5}\b"
    r"|\b\d{1,5}\s[A-Z][\w .]{1,40}\b(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|suite|drive)\b",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"\A[^\w\s+(@]{1,3}\s{1,2}")  # a picture of a telephone or an envelope
_CUT = re.compile(r"\s?[,;|/•·]\s?|\s[-–—]\s")


def find(lines: Sequence[str], heads: Sequence[str], begin: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches between `begin` and `end`, the end of somebody's words, that are signature."""
    found: list[tuple[int, int]] = []
    end = _filled(lines, begin, end)
    quoted = [place for place in range(max(begin, end - WITHIN), end) if is_quoted(lines[place])]
    begin = quoted[-1] + 1 if quoted else begin
    while end > begin and (start := _footer(lines, heads, begin, end)) < end:
        found.append((start, end))
        end = _filled(lines, begin, start)
    for start in range(max(begin, end - WITHIN), end):
        if stop := _signature(lines, heads, start, end):
            found.append((start, stop))
            break
    return found


def is_known(line: str) -> bool:
    """Return whether a line is a name, a post, an address or a program's own line."""
    if _is_program(line):
        return True
    if len(line) > WIDE or _SAYS.search(line):
        return False
    closing = _CLOSING.match(line)
    if closing and closing.end() < len(line):
        line = line[closing.end() :]
    parts = [_ORNAMENT.sub("", part.strip(" .,()[]<>«»\"'")) for part in _CUT.split(line)]
    return all(not part or _is_name(part) or _is_post(part) or _reaches(part) for part in parts)


def _filled(lines: Sequence[str], begin: int, end: int) -> int:
    """Return `end` without the empty lines in front of it."""
    while end > begin and not lines[end - 1].strip():
        end -= 1
    return end


def _footer(lines: Sequence[str], heads: Sequence[str], begin: int, end: int) -> int:
    """Return where what a program or a company put below every letter begins; `end` when the last lines are none."""
    last = heads[end - 1] or head(lines[end - 1][:LOOKED_AT])  # a company's lawyers write long lines
    if _is_program(last) or _FOOTER.match(last):
        above = _filled(lines, begin, end - 1)
        return above - 1 if above > begin and _DELIMITER.match(heads[above - 1]) else end - 1
    start = end
    while start > max(begin, end - WITHIN) and heads[start - 1]:
        start -= 1
    if _FOOTER.match(" ".join(heads[start:end])[:400]):
        return start
    for place in range(start, end - 1):
        if _DELIMITER.match(heads[place]) and _LIST.match(heads[place + 1]):
            return place
    return end


def _signature(lines: Sequence[str], heads: Sequence[str], start: int, end: int) -> int:
    """Return where the signature ends that begins on this line; 0: none does."""
    line = heads[start]
    if not line:
        return 0
    below = start + 1
    while below < end and not heads[below]:
        below += 1
    if lines[start].rstrip("\r") == "-- ":
        return _under_mark(lines, heads, below, end)
    if _DELIMITER.match(line):
        sure = line == "--" or any(_reaches(one) for one in heads[below:end])
        return end if sure and below < end and _all_known(lines, heads, below, end) else 0
    closing = _CLOSING.match(line)
    if not closing:
        return 0
    name = line[closing.end() :] or (heads[below] if below < end else "")
    return end if name and is_known(name) and _all_known(lines, heads, below, end) else 0


def _under_mark(lines: Sequence[str], heads: Sequence[str], below: int, end: int) -> int:
    """Return where a signature ends that a program marked by "-- ": one paragraph, or all where all is known."""
    if _all_known(lines, heads, below, end):
        return end
    stop = below
    while stop < end and heads[stop]:
        stop += 1
    paragraph = heads[below:stop]
    fits = len(paragraph) <= LINES and not any(_SAYS.search(line) or len(line) > WIDE for line in paragraph)
    return stop if fits else 0


def _all_known(lines: Sequence[str], heads: Sequence[str], begin: int, end: int) -> bool:
    """Return whether all lines are a signature's. An unknown one may stand between known ones of its paragraph."""
    words = [place for place in range(begin, end) if lines[place].strip()]
    if len(words) > LINES:
        return False
    for place in words:
        line = heads[place]
        if line and (is_known(line) or _CLOSING.fullmatch(line) or _DELIMITER.match(line)):
            continue
        inside = begin < place < end - 1 and is_known(heads[place - 1]) and is_known(heads[place + 1])
        if not line or not inside or len(line) > SHORT or _SAYS.search(line):
            return False
    return True


def _is_program(line: str) -> bool:
    line = line.strip("()[]<> ")
    return len(line) <= PROGRAM_WIDE and _PROGRAM.match(line) is not None and not _TOLD.search(line)


def _is_name(part: str) -> bool:
    words = part.split()
    return len(words) <= NAME_WORDS and part[:1].isupper() and all(_WORD.fullmatch(word) for word in words)


def _is_post(part: str) -> bool:
    return len(part.split()) <= POST_WORDS and _POST.search(part) is not None


def _reaches(part: str) -> bool:
    """Return whether it says where somebody is to be found."""
    return bool(_LABEL.match(part) or _PHONE.fullmatch(part) or _LINK.search(part) or _PLACE.search(part))
