-- What a crawl leaves beside each article of a span (see roomsbuild.py), a statement a paragraph.

INSERT INTO urls(id, url, kind, site_id, article_id, state, discovered_at, fetched_at)
SELECT rank, url, 'article', site_id, id, 'stored', captured(id), captured(id)
FROM span;

INSERT INTO captures(id, url, fetched_at, status, mime, headers, digest, file, offset, length, chain, run_id)
SELECT 4 * rank, url, captured(id), 200, 'text/html', '[]', 'sha256:' || key, site_id || '.warc.gz', rank * 9000,
  9000, key, NULL
FROM span;

INSERT INTO captures(id, url, fetched_at, status, mime, headers, digest, chain)
SELECT 4 * rank + 1, url || '.jpg', captured(id), 200, 'image/jpeg', '[]', 'sha256:' || key, key
FROM span WHERE captions IS NOT NULL;

INSERT INTO captures(id, url, fetched_at, status, mime, headers, digest, file, offset, length, chain)
SELECT 4 * rank + 2, url, later(captured(id)), 200, 'text/html', '[]', 'sha256:' || key, site_id || '.warc.gz',
  rank * 9000 + 1, 9000, key
FROM span WHERE changed;

INSERT INTO versions(id, article_id, number, seen_at, digest, parser, template, read_at, title, updated,
  updated_raw, updated_precision, published, published_raw, published_precision, source, byline, language, body,
  captions, word_count, rules)
SELECT 2 * rank, id, 1, captured(id), key, '2', 'site@1', captured(id), title, updated, updated_raw,
  updated_precision, published, published_raw, published_precision, source, byline, language, packed(body),
  captions, word_count, '{"title": "json-ld:headline", "body": "classifier", "published": "json-ld:datePublished"}'
FROM span;

INSERT INTO versions(id, article_id, number, seen_at, digest, parser, template, read_at, title, updated,
  updated_raw, updated_precision, published, published_raw, published_precision, source, byline, language, body,
  captions, word_count, rules)
SELECT 2 * rank + 1, id, 2, later(captured(id)), key || '2', '2', 'site@1', later(captured(id)), title, updated,
  updated_raw, updated_precision, published, published_raw, published_precision, source, byline, language,
  packed(body || char(10, 10) || 'One more sentence was added later.'), captions, word_count, '{}'
FROM span WHERE changed;

UPDATE articles SET version = 2 WHERE id IN (SELECT id FROM span WHERE changed);

INSERT INTO version_captures
SELECT 2 * rank, 4 * rank, 1, captured(id), rank
FROM span;

INSERT INTO version_captures
SELECT 2 * rank + 1, 4 * rank + 2, 1, later(captured(id)), rank
FROM span WHERE changed;

INSERT INTO events(article_id, kind, to_version, at)
SELECT id, 'first_seen', 1, captured(id)
FROM span;

INSERT INTO events(article_id, kind, from_version, to_version, at, changes)
SELECT id, 'changed', 1, 2, later(captured(id)), '["body"]'
FROM span WHERE changed;

INSERT INTO events(article_id, kind, from_version, to_version, at)
SELECT id, 'gone', version, version, later(later(captured(id)))
FROM span WHERE state = 'gone';

INSERT INTO images
SELECT rank, digest_of(url), 'image/jpeg', 1200, 800, 90000, 'ab/' || key || '.jpg', 4 * rank + 1
FROM span WHERE captions IS NOT NULL;

INSERT INTO article_images
SELECT id, 2 * rank + number, 1, rank, url || '.jpg', captions, credit_of(rank), '', NULL
FROM span JOIN (SELECT 0 AS number UNION SELECT 1)
WHERE captions IS NOT NULL AND (number = 0 OR changed);

INSERT INTO sightings(url_id, section_id, listing_url_id, page, rank, title, first_seen, last_seen)
SELECT span.rank, section_id, span.rank, 1, 1, title, captured(span.id), captured(span.id)
FROM span JOIN article_sections ON article_id = span.id;
