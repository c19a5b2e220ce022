"""A comparison as one HTML page that needs nothing else: no script, no outgoing request."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from archive.diffing.folding import folded, pieces_of
from archive.diffing.texts import Piece, Sentence
from archive.diffing.versions import ImageChange, Side, VersionDiff, legend
from archive.spans import minute

_STYLE = """
:root { color-scheme: light dark; --gone: #ffe0dc; --new: #d9f5dd; --dim: #595959; }
@media (prefers-color-scheme: dark) { :root { --gone: #5c1f18; --new: #12461d; --dim: #b0b0b0; } }
body { font: 1.05rem/1.6 Georgia, "Noto Serif CJK SC", "Noto Serif", serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1rem; margin-top: 2rem; }
del { background: var(--gone); } ins { background: var(--new); text-decoration: none; border-bottom: 2px solid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; } dt, .meta, summary { color: var(--dim); }
dd { margin: 0; overflow-wrap: anywhere; } summary { cursor: pointer; font-size: .9rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { details > * { display: inline; } del { background: none; } ins { background: none; font-weight: bold; } }
"""


def html_of(diff: VersionDiff) -> str:
    """Return the page; everything that a site wrote is escaped."""
    title = escape(diff.title or "(untitled)")
    language = f' lang="{escape(diff.language)}"' if diff.language else ""
    numbers = f"version {diff.before.number} and {diff.after.number}"
    return "\n".join(
        (
            f"<!doctype html><html{language}><head><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{title}: {numbers}</title><style>{_STYLE}</style></head>",
            f"<body dir='auto'><h1>{title}</h1>",
            f"<p class='meta'>{_side(diff.before)} · {_side(diff.after)} · ",
            f"{', '.join(diff.changes) or 'nothing that makes a version'}<br>{escape(diff.url)}</p>",
            *_fields(diff),
            *_images(diff.images),
            f"<h2>Text</h2><div class='text'>{''.join(_text(diff.body))}</div>",
            "</body></html>",
        )
    )


def _side(side: Side) -> str:
    first, last = minute(side.first_seen), minute(side.last_seen)
    return f"version {side.number}, seen {first}" + ("" if first == last else f" to {last}")


def _fields(diff: VersionDiff) -> Iterator[str]:
    if diff.fields:
        yield "<h2>Fields</h2><dl>"
        for field in diff.fields:
            yield f"<dt>{field.name}</dt><dd dir='auto'>{_words(field.pieces)}</dd>"
        yield "</dl>"


def _images(changes: Iterable[ImageChange]) -> Iterator[str]:
    rows = [f"<dt>{change.kind}</dt><dd dir='auto'>{_image(change)}</dd>" for change in changes]
    if rows:
        yield "<h2>Pictures</h2><dl>" + "".join(rows) + "</dl>"


def _image(change: ImageChange) -> str:
    shown = change.after or change.before
    said = _words(change.pieces) if change.pieces else escape(legend(shown) if shown else "")
    names = [f"sha256:{kept.sha256[:12]}" for kept in (change.before, change.after) if kept and kept.sha256]
    address = escape(shown.image.url or "") if shown else ""
    return f"{said} <span class='meta'>{' → '.join(dict.fromkeys(names))} {address}</span>"


def _text(body: Sequence[Sentence]) -> Iterator[str]:
    for run in folded(body):
        if run.is_folded:
            yield f"<details><summary>{run.number} unchanged</summary>{escape(run.text)}</details>"
        else:
            yield from (_words(pieces_of(sentence)) for sentence in run.sentences)


def _words(pieces: Iterable[Piece]) -> str:
    tags = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}
    return "".join(tags[piece.kind].format(escape(piece.text)) for piece in pieces)
