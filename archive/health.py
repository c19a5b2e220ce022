"""A site's health: what the articles of each run were like, and the problems that a shift in that is."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from archive.model import timestamp, utc_now
from archive.shifts import FIELDS, Block, Counts, Measure, Shift, find_shifts, is_well_again

# So many runs back the past is looked at; a site that changed years ago is not judged by what it was before.
_RUNS = 400
_BLOCK, _MOST_BLOCKS = 50, 200
_SHOWN = 200
_EMPTY = "(empty)"
_SIZE = "size "
_MEANINGS = {
    "field-empty": "{field} is empty",
    "rule-shift": "{field} is given by the rule {which!r}",
    "length-shift": "{field} is unusually {which}",
    "date-shift": "{field} is unusually {which}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A shift in how a field is read, found after a run; `detail` has an old and a new page beside each other."""

    site: str
    name: str
    field: str
    run_id: int
    since_run: int
    seen_at: str
    detail: dict[str, Any]

    @property
    def meaning(self) -> str:
        """The problem in words, with both shares."""
        kind, said = self.name.partition(":")[0], self.detail
        words = _MEANINGS[kind].format(field=self.field, which=said["which"])
        shares = [f"{side['with_it']} of {side['articles']}" for side in (said["now"], said["before"])]
        where = f" in section {said['section']}" if said["section"] else ""
        return f"{words} in {shares[0]} articles{where} since run {self.since_run}, before that in {shares[1]}"

    def as_dict(self) -> dict[str, Any]:
        """Return the problem for JSON."""
        return asdict(self) | {"meaning": self.meaning}


@dataclass(frozen=True, slots=True)
class _Observed:
    """One article as a run read it: for each field its value in short, the rule's family, and its size."""

    url: str
    section_id: int | None
    reading: str
    fields: dict[str, tuple[str, str, int | None]]


def family(rule: str) -> str:
    """Return what kind of rule it is: `page` for `page:h1=json-ld:headline`."""
    return rule.partition("=")[0].partition(":")[0] or "unknown"


def count_run(db: Database, run_id: int) -> None:
    """Write down what the articles that a run fetched are like; inside the caller's transaction."""
    db.conn.execute("DELETE FROM run_health WHERE run_id = ?", (run_id,))
    observed = sorted(_observed(db, run_id), key=lambda each: (each.section_id or 0, each.reading))
    for position, block in enumerate(_blocks_of(run_id, observed)):
        fields = {
            name: [counts.empty, counts.rules, counts.sizes, counts.examples] for name, counts in block.fields.items()
        }
        db.conn.execute(
            "INSERT INTO run_health(run_id, position, section_id, reading, articles, fields) VALUES (?, ?, ?, ?, ?, ?)",
            (run_id, position, block.section_id, block.reading, block.articles, json.dumps(fields, ensure_ascii=False)),
        )


def judge(db: Database, site_id: str) -> None:
    """Raise the problems that the site's last run shows, and resolve those that it shows no more."""
    blocks = _blocks(db, site_id)
    if not blocks:
        return
    now, last_run = timestamp(utc_now()), blocks[-1].run_id
    standing = {problem.name: problem for problem in open_problems(db, site_id)}
    for problem in standing.values():
        if _is_over(blocks, problem):
            db.conn.execute(
                "UPDATE problems SET state = 'resolved', resolved_at = ?, "
                "detail = json_set(detail, '$.resolved_by_run', ?) WHERE site_id = ? AND name = ? AND state = 'open'",
                (now, last_run, site_id, problem.name),
            )
    for shift in find_shifts(blocks, _bad_spans(db, site_id)):
        if shift.measure.name not in standing:
            detail = json.dumps(_detail(db, blocks, shift), ensure_ascii=False)
            db.conn.execute(
                "INSERT INTO problems(site_id, run_id, name, field, since_run, seen_at, detail) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (site_id, last_run, shift.measure.name, shift.measure.field, shift.since_run, now, detail),
            )


def recount(db: Database, site_id: str) -> None:
    """Count all runs of a site again, after its stored articles have been read again, and judge the last one."""
    for (run_id,) in db.conn.execute("SELECT id FROM runs WHERE site_id = ? ORDER BY id", (site_id,)).fetchall():
        count_run(db, run_id)
    judge(db, site_id)


def open_problems(db: Database, site_id: str) -> list[Problem]:
    """Return the site's open problems in the order of their finding."""
    return [problem for problem, _ in _problems(db, "state = 'open' ORDER BY id", site_id)]


def resolved_problems(db: Database, site_id: str, limit: int) -> list[tuple[Problem, str]]:
    """Return the site's last problems that are over, the latest first, with when they were."""
    return _problems(db, "state = 'resolved' ORDER BY id DESC LIMIT ?", site_id, limit)


def _problems(db: Database, which: str, *values: str | int) -> list[tuple[Problem, str]]:
    rows = db.conn.execute(
        "SELECT site_id, name, field, run_id, since_run, seen_at, detail, resolved_at FROM problems "  # noqa: S608
        f"WHERE site_id = ? AND {which}",
        values,
    )
    return [
        (Problem(site, name, field, run_id, since_run, seen_at, json.loads(detail)), resolved_at)
        for site, name, field, run_id, since_run, seen_at, detail, resolved_at in rows
    ]


def latest_blocks(db: Database, site_id: str) -> list[Block]:
    """Return what the articles of the last run that read any were like."""
    blocks = _blocks(db, site_id, runs=1)
    return [block for block in blocks if block.run_id == blocks[-1].run_id]


def recent_blocks(db: Database, site_id: str, *, runs: int, blocks: int) -> list[Block]:
    """Return what the articles of the last runs were like, the oldest first: so many runs, and blocks in all, at most.

    Of a run that does not fit whole nothing is returned, unless it is the last.
    """
    rows = db.conn.execute(
        "SELECT run_id, section_id, reading, articles, fields FROM runs CROSS JOIN run_health ON run_id = runs.id "
        "WHERE site_id = ? ORDER BY runs.id DESC, position DESC LIMIT ?",
        (site_id, blocks + 1),
    ).fetchall()
    found = [run_id for run_id, _ in groupby(row[0] for row in rows)]
    whole = found[:-1] if len(rows) > blocks and len(found) > 1 else found
    return [_block(row) for row in reversed(rows) if row[0] in whole[:runs]]


def _bad_spans(db: Database, site_id: str) -> dict[str, list[tuple[int, int]]]:
    """Return by problem's name the runs in which it was open, up to the one that was well again."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for name, since, until in db.conn.execute(
        "SELECT name, since_run, detail ->> '$.resolved_by_run' FROM problems "
        "WHERE site_id = ? AND state = 'resolved' ORDER BY id",
        (site_id,),
    ):
        spans.setdefault(name, []).append((since, until))
    return spans


def _is_over(blocks: Sequence[Block], problem: Problem) -> bool:
    measure = Measure(problem.name.partition(":")[0], problem.field, problem.detail["which"])
    # Another template is the answer to what the rules of the old one showed.
    if measure.kind == "rule-shift" and blocks[-1].reading != problem.detail["reading"]:
        return is_well_again(blocks, measure, problem.since_run) is not False
    return is_well_again(blocks, measure, problem.since_run) is True


def _blocks(db: Database, site_id: str, runs: int = _RUNS) -> list[Block]:
    rows = db.conn.execute(
        "WITH latest AS (SELECT DISTINCT run_id FROM run_health JOIN runs ON runs.id = run_id WHERE site_id = ? "
        "ORDER BY run_id DESC LIMIT ?) "
        "SELECT run_id, section_id, reading, articles, fields FROM run_health WHERE run_id IN latest "
        "ORDER BY run_id, position",
        (site_id, runs),
    )
    return [_block(row) for row in rows]


def _block(row: tuple[Any, ...]) -> Block:
    run_id, section_id, reading, articles, fields = row
    return Block(run_id, section_id, reading, articles, _fields(json.loads(fields)))


def _fields(said: dict[str, Any]) -> dict[str, Counts]:
    known = {
        name: Counts(empty, Counter(rules), Counter({int(size): number for size, number in sizes.items()}), examples)
        for name, (empty, rules, sizes, examples) in said.items()
    }
    return {name: known.get(name) or Counts() for name in FIELDS}


def _blocks_of(run_id: int, observed: Sequence[_Observed]) -> Iterator[Block]:
    """Yield the articles of a run in blocks of neighbours, larger ones where there are very many."""
    size = max(_BLOCK, len(observed) // _MOST_BLOCKS + 1)
    for (section_id, reading), group in groupby(observed, key=lambda each: (each.section_id, each.reading)):
        block = Block(run_id, section_id, reading)
        for each in group:
            if block.articles >= size:
                yield block
                block = Block(run_id, section_id, reading)
            _count(block, each)
        yield block


def _count(block: Block, each: _Observed) -> None:
    block.articles += 1
    for name, (value, rule, size) in each.fields.items():
        counts = block.fields[name]
        if not value:
            counts.empty += 1
            counts.examples[_EMPTY] = (each.url, _EMPTY)
            continue
        counts.rules[rule] += 1
        counts.examples[rule] = (each.url, value)
        if size is not None:
            counts.sizes[size] += 1
            counts.examples[f"{_SIZE}{size}"] = (each.url, value)


def _observed(db: Database, run_id: int) -> Iterator[_Observed]:
    """Yield the versions that a run's captures showed, oldest article first."""
    rows = db.query(
        "SELECT DISTINCT versions.*, articles.url, articles.first_seen, articles.site_id, "
        "(SELECT min(section_id) FROM article_sections WHERE article_id = articles.id) AS section_id, "
        "(SELECT count(*) FROM article_images WHERE version_id = versions.id) AS images, "
        # What the site showed before its first whole run was over says nothing of how old its news are.
        "(SELECT max(started) FROM runs WHERE runs.site_id = articles.site_id AND state = 'finished' "
        "AND finished < articles.first_seen AND number = 1) AS run_before "
        "FROM captures JOIN version_captures ON capture_id = captures.id AND position = 1 "
        "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id "
        # What a server calls not modified was not read.
        "WHERE captures.run_id = ? AND captures.status <> 304 ORDER BY articles.id",
        (run_id,),
    )
    for row in rows:
        rules = json.loads(row["rules"])
        fields = {name: (value, _rule(name, rules), size) for name, (value, size) in _values(row).items()}
        yield _Observed(row["url"], row["section_id"], f"{row['parser']} {row['template']}", fields)


def _values(row: dict[str, Any]) -> dict[str, tuple[str, int | None]]:
    """Return every field's value in short, empty where there is none, with its size where that is looked at."""
    title, words = row["title"] or "", row["word_count"] or 0
    return {
        "title": (title[:_SHOWN], _scale(len(title)) if title else None),
        "updated": (row["updated"] or "", _age(row["updated"], row)),
        "published": (row["published"] or "", _age(row["published"], row)),
        "source": ((row["source"] or "")[:_SHOWN], None),
        "byline": (", ".join(json.loads(row["byline"]))[:_SHOWN], None),
        "breadcrumb": (" > ".join(json.loads(row["breadcrumb"]))[:_SHOWN], None),
        "body": (f"{words} words" if words else "", _scale(words) if words else None),
        "images": (f"{row['images']} images" if row["images"] else "", None),
        "captions": ((row["captions"] or "")[:_SHOWN], None),
    }


def _rule(name: str, rules: dict[str, str]) -> str:
    if name in ("images", "captions"):
        # The rules of all pictures of an article stand together: what one of them was found by says little.
        said = rules.get("images", "")
        return "template" if "template" in said else "found"
    return family(rules.get(name, ""))


def _scale(size: int) -> int:
    """Return the bucket of a length: two to each doubling."""
    return round(2 * (size.bit_length() - 1 + size / (1 << (size.bit_length() - 1)) - 1))


def _age(value: str | None, row: dict[str, Any]) -> int | None:
    """Return the bucket of how long before the run that missed it an article is dated, -1 for the future.

    So the pauses between runs make no difference, and a week more or less none either.
    """
    if not value or row["run_before"] is None:
        return None
    day, before, seen = (dt.date.fromisoformat(text[:10]) for text in (value, row["run_before"], row["first_seen"]))
    return -1 if (day - seen).days > 1 else max((before - day).days // 8, 0).bit_length()


def _detail(db: Database, blocks: Sequence[Block], shift: Shift) -> dict[str, Any]:
    """Return a problem's numbers, and an old and a new page with their values."""
    measure = shift.measure
    inside = [block for block in blocks if shift.section_id in (None, block.section_id)]
    past = [block for block in inside if block.run_id < shift.since_run]
    key = db.conn.execute("SELECT key FROM sections WHERE id = ?", (shift.section_id,)).fetchone()
    sizes = sum((block.fields[measure.field].sizes for block in past), Counter[int]())
    return {
        "which": measure.which,
        "reading": blocks[-1].reading,
        "section": key[0] if key else None,
        "before": {"articles": shift.past[1], "with_it": shift.past[0]},
        "now": {"articles": shift.now[1], "with_it": shift.now[0]},
        "chance": shift.chance,
        "old": _example(reversed(past), measure, sizes, shows_it=False),
        "new": _example(reversed(inside), measure, sizes, shows_it=True),
    }


def _example(
    blocks: Iterator[Block], measure: Measure, sizes: Counter[int], *, shows_it: bool
) -> dict[str, str] | None:
    """Return the page in the first block that has one which shows the shift, or which does not."""
    common = sizes.most_common(1)[0][0] if sizes else 0
    for block in blocks:
        examples = block.fields[measure.field].examples
        told = {key: _distance(measure, key, common) for key in sorted(examples)}
        fitting = {key: far for key, far in told.items() if far is not None and (far > 0) is shows_it}
        if fitting:
            key = max(fitting, key=lambda key: fitting[key])
            url, value = examples[key]
            return {"url": url, "value": value}
    return None


def _distance(measure: Measure, key: str, common: int) -> int | None:
    """Return how far an example shows the shift: not at all (0 or less), None where it says nothing of it."""
    is_size = key.startswith(_SIZE)
    if measure.kind in ("length-shift", "date-shift"):
        if not is_size:
            return None
        beyond = int(key.removeprefix(_SIZE)) - common
        return -beyond if measure.which in ("short", "late") else beyond
    if is_size or (measure.kind == "rule-shift" and key == _EMPTY):
        return None
    return int(key == (_EMPTY if measure.kind == "field-empty" else measure.which))
