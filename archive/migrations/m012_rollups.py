"""What the reading room's pages would have to count: sums a month and site, and of whole tables, kept by triggers."""

from sqlite_utils import Database

# By triggers, for articles and events are written, withdrawn and told again from many places. Whoever writes with
# REPLACE needs `PRAGMA recursive_triggers`, or the sums do not see what went.
# A month is that of the day in an article's id, as everywhere in search; of an event that of its time.
# Of the index `events_kind`: first_seen is most of them and needs none, and a query says that it means the rest by
# the same words. One over all kinds would be taken by queries for one article, in place of `events_article`.
_TABLES = """
CREATE TABLE site_months (
  site_id TEXT NOT NULL REFERENCES sites(id),
  month TEXT NOT NULL,
  articles INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, month)
) WITHOUT ROWID;
CREATE TABLE totals (
  site_id TEXT NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (site_id, name)
) WITHOUT ROWID;
CREATE INDEX events_kind ON events(kind, at) WHERE kind <> 'first_seen' AND withdrawn IS NULL;
CREATE INDEX runs_started ON runs(site_id, started, state);
CREATE INDEX urls_missing ON urls(site_id, cause) WHERE kind = 'article' AND article_id IS NULL;
"""
_MONTH = "strftime('%Y-%m', ({row}.id >> 24) + 1721424.5)"
# The articles' own rows are not looked at: their texts are many pages each. `takedowns` names what is withdrawn.
_FILL = """
INSERT INTO site_months(site_id, month, articles)
  SELECT site_id, strftime('%Y-%m', day + 1721424.5), sum(number) FROM (
    SELECT site_id, id >> 24 AS day, count(*) AS number FROM articles INDEXED BY articles_site GROUP BY 1, 2
    UNION ALL SELECT site_id, id >> 24, -1 FROM articles
      WHERE id IN (SELECT article_id FROM takedowns) AND state = 'withdrawn'
  ) GROUP BY 1, 2;
INSERT INTO site_months(site_id, month, changed, gone)
  SELECT site_id, substr(at, 1, 7), sum(kind = 'changed'), sum(kind = 'gone')
  FROM events JOIN articles ON articles.id = article_id
  WHERE kind IN ('changed', 'gone') AND withdrawn IS NULL GROUP BY 1, 2
  ON CONFLICT DO UPDATE SET changed = excluded.changed, gone = excluded.gone;
INSERT INTO totals SELECT '', 'versions', count(*) FROM versions;
INSERT INTO totals SELECT '', 'images', count(*) FROM images;
INSERT INTO totals SELECT '', 'image_bytes', ifnull(sum(bytes), 0) FROM images;
INSERT INTO totals SELECT site_id, 'requests', sum(requests) FROM runs GROUP BY 1;
INSERT INTO totals SELECT site_id, 'bytes', sum(bytes) FROM runs GROUP BY 1;
"""


def _article(row: str, step: int) -> str:
    return (
        f"INSERT INTO site_months(site_id, month, articles) SELECT {row}.site_id, {_MONTH.format(row=row)}, {step} "
        f"WHERE {row}.state <> 'withdrawn' ON CONFLICT DO UPDATE SET articles = articles + excluded.articles;"
    )


def _event(row: str, step: int) -> str:
    return (
        f"INSERT INTO site_months(site_id, month, changed, gone) SELECT site_id, substr({row}.at, 1, 7), "  # noqa: S608
        f"{step} * ({row}.kind = 'changed'), {step} * ({row}.kind = 'gone') FROM articles WHERE id = {row}.article_id "
        f"AND {row}.kind IN ('changed', 'gone') AND {row}.withdrawn IS NULL "
        "ON CONFLICT DO UPDATE SET changed = changed + excluded.changed, gone = gone + excluded.gone;"
    )


def _total(name: str, number: str, site: str = "''") -> str:
    return (
        f"INSERT INTO totals VALUES ({site}, '{name}', {number}) "  # noqa: S608
        "ON CONFLICT DO UPDATE SET number = number + excluded.number;"
    )


def _image(row: str, step: int) -> str:
    return _total("images", str(step)) + _total("image_bytes", f"{step} * {row}.bytes")


def _run(row: str, step: int) -> str:
    return "".join(_total(name, f"{step} * {row}.{name}", f"{row}.site_id") for name in ("requests", "bytes"))


def _version(_row: str, step: int) -> str:
    return _total("versions", str(step))


def _differ(columns: tuple[str, ...]) -> str:
    said = {column: ("old." + column, "new." + column) for column in columns}
    if "state" in said:
        # Live or gone, an article is held.
        said["state"] = ("(old.state = 'withdrawn')", "(new.state = 'withdrawn')")
    return " OR ".join(f"{old} IS NOT {new}" for old, new in said.values())


def _triggers() -> str:
    """Return three triggers a table: what is taken away counts down, what comes counts up."""
    watched = {
        # An article never goes to another site.
        "articles": (_article, ("state",)),
        "events": (_event, ("kind", "at", "withdrawn", "article_id")),
        "versions": (_version, ()),
        "images": (_image, ("bytes",)),
        "runs": (_run, ("requests", "bytes", "site_id")),
    }
    return "".join(
        f"CREATE TRIGGER {table}_counted_{name} AFTER {when} BEGIN {body} END;\n"
        for table, (counted, columns) in watched.items()
        for name, when, body in (
            ("new", f"INSERT ON {table}", counted("new", 1)),
            ("lost", f"DELETE ON {table}", counted("old", -1)),
            (
                "changed",
                f"UPDATE OF {', '.join(columns)} ON {table} WHEN {_differ(columns)}",
                counted("old", -1) + counted("new", 1),
            ),
        )
        if name != "changed" or columns
    )


def apply(db: Database) -> None:
    """Make the sums, count what is there, and let every later write keep them."""
    db.executescript(_TABLES + _FILL + _triggers())
