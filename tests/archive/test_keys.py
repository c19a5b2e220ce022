"""Filter keys: tokens of the index that stand for site, section, language, state and marks."""

from archive.keys import mark_token, section_token
from archive.model import Entry, Image
from tests.archive.keeping import URL, Keeping, article, picture


def test_a_new_article_is_put_into_the_index_once(keeping: Keeping) -> None:
    keeping.listing(Entry(URL))
    keeping.db.conn.executescript(
        "CREATE TABLE again(id); CREATE TRIGGER probe AFTER UPDATE OF keys ON articles BEGIN "
        "INSERT INTO again VALUES (new.id); END;"
    )
    address = "https://herald.example/one.jpg"
    keeping.store(article(images=[Image(address, "A quay")]), images=(keeping.image(address, picture()),))
    (keys,) = keeping.rows("SELECT keys FROM articles")[0]
    again = keeping.rows("SELECT * FROM again")
    keeping.db.conn.executescript("DROP TRIGGER probe; DROP TABLE again;")
    assert again == []
    assert {mark_token("image"), section_token(1)} <= set(keys.split())
