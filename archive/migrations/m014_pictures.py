"""The picture wall: the images of articles as they are shown now, by article, site, credit and image."""

from sqlite_utils import Database

_TABLES = """
CREATE TABLE pictures (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,
  image_id INTEGER NOT NULL REFERENCES images(id),
  version_id INTEGER NOT NULL REFERENCES versions(id),
  site_id TEXT NOT NULL REFERENCES sites(id),
  credit TEXT,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX pictures_site ON pictures(site_id, article_id);
CREATE INDEX pictures_credit ON pictures(credit, article_id) WHERE credit IS NOT NULL;
CREATE INDEX pictures_image ON pictures(image_id, article_id);
CREATE TABLE credits (
  credit TEXT PRIMARY KEY,
  pictures INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX credits_commonest ON credits(pictures);
CREATE TRIGGER credits_more AFTER INSERT ON pictures WHEN new.credit IS NOT NULL
BEGIN
  INSERT INTO credits VALUES (new.credit, 1) ON CONFLICT (credit) DO UPDATE SET pictures = pictures + 1;
END;
CREATE TRIGGER credits_fewer AFTER DELETE ON pictures WHEN old.credit IS NOT NULL
BEGIN
  UPDATE credits SET pictures = pictures - 1 WHERE credit = old.credit;
  DELETE FROM credits WHERE credit = old.credit AND pictures = 0;
END;
"""
_SHOWN = """
INSERT INTO pictures
SELECT article_images.article_id, position, image_id, version_id, site_id, nullif(trim(credit), '')
FROM article_images JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_images.article_id
WHERE image_id IS NOT NULL AND versions.number = articles.version
"""
_GONE = "DELETE FROM pictures WHERE article_id = old.article_id AND position = old.position"
# Whatever writes an image of a version, or gives an article another current version, moves the wall with it.
_TRIGGERS = f"""
CREATE TRIGGER pictures_come AFTER INSERT ON article_images WHEN new.image_id IS NOT NULL
BEGIN {_SHOWN} AND version_id = new.version_id AND position = new.position; END;
CREATE TRIGGER pictures_change AFTER UPDATE OF image_id, credit ON article_images
BEGIN
  {_GONE} AND version_id = old.version_id;
  {_SHOWN} AND version_id = new.version_id AND position = new.position;
END;
CREATE TRIGGER pictures_go AFTER DELETE ON article_images WHEN old.image_id IS NOT NULL
BEGIN {_GONE} AND version_id = old.version_id; END;
CREATE TRIGGER pictures_turn AFTER UPDATE OF version ON articles WHEN new.version IS NOT old.version
BEGIN
  DELETE FROM pictures WHERE article_id = old.id;
  {_SHOWN} AND article_images.article_id = new.id;
END;
"""  # noqa: S608 (our own words)


def apply(db: Database) -> None:
    """Make the wall, with the pictures that are there already."""
    db.executescript(_TABLES)
    db.conn.execute(f"{_SHOWN} ORDER BY article_images.article_id")
    db.executescript(_TRIGGERS)
