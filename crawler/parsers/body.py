"""The body: which blocks of the article's region are its text, and which surround it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, takewhile

from crawler.parsers.blocks import Block, Run
from crawler.parsers.classifier import body_trees
from crawler.parsers.dates import DateContext
from crawler.parsers.features import REACH, Grounds, Verdict, candidates, columns
from crawler.parsers.furniture import is_imprint
from crawler.parsers.header import Header
from crawler.parsers.images import is_file_name
from crawler.parsers.labels import is_tools
from crawler.parsers.lines import Line, read_line
from crawler.parsers.pager import is_pager
from crawler.parsers.region import Region
from crawler.parsers.text import loose, squeeze

# The first words of lines that stand below an article and are no part of it.
_TAIL_WORDS = (
    r"\(?（?(?:editor|edited by|责任编辑|責任編輯|编辑|责编|审核|校对)\s*[:：]",
    r"(?:previous|next)\s*(?:article|post|page)?\s*[:：]",
    r"上一篇|下一篇|上一页|下一页|相关链接|相关新闻|相关阅读|延伸阅读|推荐阅读|扫一扫|返回顶部|热点新闻|最新新闻|最新消息",
    r"back to top|you may also like|what'?s new\s*$|hot news\s*$|latest\s*$|related\s*[:：]?$",
    r"(?:related|recommended|popular|latest|most read|hot|top)\s+(?:news|stories|articles|links|posts|topics)\b",
    r"(?:related|recommended)\s+(?:reading|coverage)\b",
    r"more\s+(?:news|stories|from|on)\b|more\s*[:：>»]*$|read more\s*[:：]|see also\s*[:：]",
    r"tags?\s*[:：]|filed under|posted in|categories?\s*[:：]|categorías\s*[:：]|etiquetas\s*[:：]",
    r"share (?:this|on|to)\b|follow us|subscribe\b|sign up for|click here to|download the app",
    (
        r"\W*(?:advertisement|advertising|sponsored|anzeige|werbung|publicidad|publicité|pubblicità|advertentie|annonse?|"
        r"reklama?|реклама|広告|광고|广告|إعلان)\W*$"
    ),
    r"(?:story|article) continues (?:below|after)|continue reading the main story|skip ad\b|loading[.…]*$",
    r"address\s*[:：]|tel(?:ephone)?\s*[:：]|主办单位|承办|地址[:：]|电话[:：]",
)
# The first words of a line that leads to another article, where most of the line is a link.
_READ_ALSO = re.compile(
    r"[\W_]*(?:also read|read also|read(?: more| next| on)?|related|see also|watch|listen|more|don.t miss|recommended|"
    r"(?:à )?lire aussi|lire|lea también|lee también|te puede interesar|leggi anche|leia(?: também| mais)?|lees ook|"
    r"mehr zum thema|lesen sie auch|auch interessant|czytaj też|zobacz też|читайте также|читайте також|baca juga|"
    r"ilgili haber|läs också|läs mer|les også|"
    r"διαβάστε επίσης|ये भी पढ़ें|اقرأ أيضا|관련기사|関連記事|相关阅读|相关新闻|延伸阅读|"
    r"xem thêm)[\w\s]{0,20}[\W_]{0,3}[:：|–-]|[\W_]*(?:関連記事|관련기사|相关阅读|相关新闻)"
)
_LEAD_LENGTH = 30
_TAIL_LENGTH = 80
_LONGEST_TOOLS = 240
# How likely a block must be: what the rules keep needs less, code and tables least, as few pages to learn from have
# them; a caption or the title stands elsewhere already.
_LIKELY = 0.5
_ENOUGH = {Verdict.KEPT: 0.42, Verdict.OUTSIDE: 0.6, Verdict.CAPTION: 1.0, Verdict.TITLE: 1.0}
_ENOUGH_OF_KIND = {"pre": 0.15, "table": 0.15}
# On text in lower case: an engine that minds the case passes over what cannot begin so.
_TAIL_LINE = re.compile("|".join(_TAIL_WORDS))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The article's blocks, pictures among them, what its last lines named, and the rules' verdicts by index."""

    blocks: tuple[Block, ...]
    tail_lines: tuple[Line, ...]
    verdicts: dict[int, Verdict]


def body_blocks(
    blocks: Sequence[Block],
    region: Region,
    header: Header,
    title: str | None,
    context: DateContext,
    *,
    with_lead: bool = True,
) -> Chosen:
    """Return the blocks of the body: after the head, before the tail, without what names itself furniture.

    `with_lead` adds what stands between the title and the region: its picture, a lead outside its box.
    """
    start = region.start
    if header.title_index is not None and region.start <= header.title_index < region.end:
        start = header.title_index + 1
    core = set(region.core)
    above = blocks[header.title_index + 1 : start] if with_lead and header.title_index is not None else ()
    verdicts = dict.fromkeys((*header.lines, *header.used), Verdict.HEADER)
    verdicts |= dict.fromkeys(_titles(blocks, region, title), Verdict.TITLE)
    if header.title_index is not None:
        verdicts[header.title_index] = Verdict.TITLE
    inside = [block for block in above if block.index not in verdicts and _is_lead(block)]
    for block in blocks[start : region.end]:
        if block.index not in core and _is_named_furniture(block, region):
            verdicts[block.index] = Verdict.FURNITURE
        else:
            inside.append(without_stray_lines(block, title))
    last = _last_text(inside, max((index for index in region.core if index >= start), default=region.end - 1))
    tail = []
    for block in inside:
        if block.index in header.used or (block.index in header.lines and _at_head(block.index, start, header, core)):
            continue
        if verdicts.get(block.index) == Verdict.TITLE:
            continue
        line = _tail_line(block, inside, context) if block.index >= last - 1 else None
        if line:
            tail.append(line)
            verdicts[block.index] = Verdict.TAIL
        else:
            is_outside = _is_outside(block, after=block.index > last)
            verdicts[block.index] = Verdict.OUTSIDE if is_outside else Verdict.KEPT
    kept = _without_lists([block for block in inside if verdicts.get(block.index) == Verdict.KEPT], core)
    listed = {index for index, verdict in verdicts.items() if verdict == Verdict.KEPT} - {block.index for block in kept}
    verdicts |= dict.fromkeys(listed, Verdict.LISTED)
    return Chosen(tuple(kept), tuple(tail), verdicts)


def _titles(blocks: Sequence[Block], region: Region, title: str | None) -> list[int]:
    """Return the indexes of the blocks around the article that are its title and nothing else."""
    said = loose(title)
    near = blocks[max(0, region.start - REACH) : region.end] if said else ()
    return [block.index for block in near if abs(len(block.text) - len(title or "")) < 20 and block.loose == said]


def believed(blocks: Sequence[Block], chosen: Chosen, given: Grounds) -> list[Block]:
    """Return the blocks of text that the classifier takes for the article's, the rules' verdicts among its evidence."""
    near = candidates(blocks, given)
    # Where no text runs there is nothing to learn from: a note of one line is what the rules make of it.
    if not near or not given.region.core:
        return [block for block in chosen.blocks if block.kind != "image"]
    likely = body_trees().probabilities(columns(blocks, near, given))
    known = {block.index: block for block in chosen.blocks}
    return [
        known.get(block.index) or without_stray_lines(block, given.title)
        for block in compress(near, wanted(near, given, likely))
    ]


def wanted(near: Sequence[Block], given: Grounds, likely: Iterable[float]) -> list[bool]:
    """Return for each of the near blocks whether it is likely enough to be the article's."""
    verdicts = [given.verdicts.get(block.index, Verdict.NONE) for block in near]
    found = [
        probability > _enough(block, verdict)
        for block, probability, verdict in zip(near, likely, verdicts, strict=True)
    ]
    for place in reversed(range(len(near) - 1)):
        # A line that ends in a colon introduces what follows, and stays with it.
        if verdicts[place] == Verdict.KEPT and found[place + 1] and near[place].text.endswith((":", "：")):
            found[place] = True
    return found


def _enough(block: Block, verdict: Verdict) -> float:
    enough = _ENOUGH.get(verdict, _LIKELY)
    return _ENOUGH_OF_KIND.get(block.kind, enough) if verdict == Verdict.KEPT else enough


def _is_lead(block: Block) -> bool:
    """Return whether a block between title and text is the article's: its picture, that one's caption, or a lead."""
    if block.in_furniture or block.within("a") is not None:
        return False
    if block.kind == "image" or block.within("figure") is not None:
        return True
    sentence = len(block.text) >= _LEAD_LENGTH and block.text.rstrip("”\"'’)").endswith((".", "!", "?", "…", "。"))
    return block.kind in ("p", "quote") and sentence and block.link_share < 0.3 and not is_tools(block.text)


def without_stray_lines(block: Block, title: str | None) -> Block:
    """Return the block without lines that are an image's file name or the title again."""
    if block.kind == "image" or "\n" not in block.text or block.kind in ("pre", "table"):
        return block
    lines: list[list[Run]] = [[]]
    for run in block.runs:
        if run.text == "\n":
            lines.append([])
        else:
            lines[-1].append(run)
    kept = [line for line in lines if not _is_stray_line(squeeze("".join(run.text for run in line)), title)]
    if len(kept) == len(lines):
        return block
    runs = [run for line in kept for run in (*line, Run("\n"))][:-1]
    return Block(block.kind, block.box, block.index, runs, level=block.level, ordered=block.ordered)


def _is_stray_line(text: str, title: str | None) -> bool:
    return is_file_name(text) or bool(title and loose(text) == loose(title))


def _last_text(inside: Sequence[Block], last: int) -> int:
    """Return the index of the last block of the article: short paragraphs after the running text still belong to it.

    They end where furniture begins; a heading with nothing below it is furniture too.
    """
    for block in inside:
        if block.index > last:
            if block.kind != "image" and (_is_outside(block, after=True) or block.link_share > 0.3):
                if block.kind != "h" or _is_tail(block.text):
                    break
            elif block.kind != "image" and not block.text.isdecimal():
                last = block.index
    return last


def _is_named_furniture(block: Block, region: Region) -> bool:
    if not block.in_furniture:
        return False
    below = takewhile(lambda box: box.element is not region.container, block.box.up())
    return any(box.is_furniture for box in below)


def _at_head(index: int, start: int, header: Header, core: set[int]) -> bool:
    """Return whether a header line stands before the running text, not in it."""
    first = min((known for known in core if known >= start and known not in header.lines), default=index)
    return index <= first + 1


def _tail_line(block: Block, inside: Sequence[Block], context: DateContext) -> Line | None:
    """Return the byline, source or labelled date that closes an article."""
    if block.kind != "p" or len(block.text) > 160 or block.index < inside[-1].index - 12:
        return None
    line = read_line(block.text, context)
    if line.is_header and not line.bare and not line.aside and (line.byline or line.labels or line.stamp):
        return line
    return None


def _is_outside(block: Block, *, after: bool) -> bool:
    """Return whether a block is furniture by what it says; more is, after the last running text."""
    if block.kind == "image":
        return False
    text = block.text
    if len(text) <= _LONGEST_TOOLS and (is_pager(text) or is_tools(text)):
        return True
    if (
        _is_tail(text)
        or _leads_elsewhere(block)
        or (not any(map(str.isalnum, text)) and block.kind not in ("pre", "table"))
    ):
        return True
    if after:
        return block.link_share > 0.5 or block.kind == "h" or text.isdecimal() or is_imprint(text)
    return len(text) < 200 and is_imprint(text)


def _is_tail(text: str) -> bool:
    return _TAIL_LINE.match(text[:_TAIL_LENGTH].lower()) is not None


def _leads_elsewhere(block: Block) -> bool:
    """Return whether a line is "read also" and the link to what."""
    return block.link_share > 0.5 and _READ_ALSO.match(block.text[:_TAIL_LENGTH].lower()) is not None


def _without_lists(blocks: Sequence[Block], core: set[int]) -> list[Block]:
    """Leave out runs of three links or more: lists of other articles, menus."""
    kept: list[Block] = []
    run: list[Block] = []
    for block in [*blocks, None]:
        if block is not None and block.kind != "image" and block.link_share > 0.8 and block.index not in core:
            run.append(block)
            continue
        if len(run) < 3:
            kept.extend(run)
        run = []
        if block is not None:
            kept.append(block)
    return kept
