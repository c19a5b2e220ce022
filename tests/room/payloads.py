"""What hostile pages put into every field that they can set: markup that would run, and paths that would lead out."""

from dataclasses import dataclass

# What each would do, if a browser took it for markup: open a dialog, or ask elsewhere, with its mark.
_RUN, _ELSEWHERE = "alert(/{m}/)", "//elsewhere.example/{m}"


@dataclass(frozen=True, slots=True)
class Payload:
    """One value in one field of one article; `mark` stands in it and nowhere else."""

    mark: str
    field: str
    article: int
    text: str

    def __str__(self) -> str:
        return f"{self.mark}-{self.field}"


_VECTORS = (
    f"{{m}}<script>{_RUN}</script>",
    f'{{m}}"><script>{_RUN}</script>',
    f"{{m}}'><img src=x onerror={_RUN}>",
    f'{{m}}"><svg onload="{_RUN}">',
    f"{{m}}</title></textarea></style></script><script>{_RUN}</script>",
    f"{{m}}--><img src=x onerror={_RUN}><!--",
    f'{{m}}<iframe srcdoc="<script>parent.{_RUN}</script>"></iframe>',
    f'{{m}}<a href="javascript:{_RUN}">{{m}}</a>',
    f'{{m}}<a href="java&#10;script:{_RUN}">{{m}}</a>',
    f"{{m}}<base href={_ELSEWHERE}/>",
    f'{{m}}<meta http-equiv="refresh" content="0;url={_ELSEWHERE}">',
    f"{{m}}<form action={_ELSEWHERE}><button formaction=javascript:{_RUN}>{{m}}</button></form>",
    f"{{m}}<object data={_ELSEWHERE}></object><embed src={_ELSEWHERE}>",
    f'{{m}}<link rel="stylesheet" href="{_ELSEWHERE}.css"><style>@import "{_ELSEWHERE}.css";</style>',
    f'{{m}}<p style="background:url({_ELSEWHERE})">{{m}}</p>',
    f'{{m}}<img src="http:{_ELSEWHERE}.png" srcset="{_ELSEWHERE}.png 2x">',
    f'{{m}}" autofocus onfocus="{_RUN}" onmouseover="{_RUN}" x="',
    f"{{m}}<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={_RUN}&gt;\">",
    f'{{m}}<noscript><p title="</noscript><img src=x onerror={_RUN}>">',
    f"{{m}}<details open ontoggle={_RUN}>{{m}}</details>",
    f"{{m}}<video poster={_ELSEWHERE} src={_ELSEWHERE} autoplay onerror={_RUN}></video>",
    f'{{m}}<svg><a xlink:href="javascript:{_RUN}"><text y="9">{{m}}</text></a><script href="{_ELSEWHERE}"/></svg>',
    f"{{m}}<template><script>{_RUN}</script></template><xmp><p></xmp><img src=x onerror={_RUN}>",
    "{m}{{{{ request.scope }}}}{{% raw %}}{{{{ 7*7 }}}}",
    f"javascript:{_RUN}//{{m}}",
    f"data:text/html,<script>{_RUN}</script>{{m}}",
    f"{{m}}\u202e\u2066<b onclick={_RUN}>\u2028\x85</b>",
    f"{{m}}\x02<script>{_RUN}</script>\x03",
)  # fmt: skip
_EVERYWHERE = (
    "title", "caption", "credit", "alt", "image_url", "body_html", "body", "breadcrumb", "source", "byline",
    "published_raw", "language", "entry_title", "entry_summary", "tag", "note",
)  # fmt: skip
ARTICLES = 4
# Of these there is one to a site, or one to an article, and not every vector.
_ONCE = (
    ("site_name", 0, 1), ("section_name", 0, 4), ("thumbnail", 1, 15), ("attachment_name", 0, 2),
    ("attachment_url", 1, 24), ("article_url", 2, 24), ("canonical_url", 3, 25), ("header", 0, 3), ("mime", 1, 1),
    ("run_error", 0, 0), ("edit_note", 1, 5), ("body_html", 0, 15), ("body_html", 1, 17), ("body_html", 1, 18),
    ("body_html", 2, 7), ("body_html", 2, 13), ("body_html", 3, 8), ("body_html", 3, 14), ("body_html", 3, 20),
)  # fmt: skip


def _all() -> tuple[Payload, ...]:
    # 16 fields and 28 vectors: in every article a field has another one.
    everywhere = [(name, article) for article in range(ARTICLES) for name in _EVERYWHERE]
    wanted = [(*where, place % len(_VECTORS)) for place, where in enumerate(everywhere)]
    made = []
    for number, (name, article, vector) in enumerate((*wanted, *_ONCE), start=10):
        mark = f"zq{number}q"
        made.append(Payload(mark, name, article, _VECTORS[vector].format(m=mark)))
    return tuple(made)


PAYLOADS = _all()


def of(article: int) -> dict[str, str]:
    """Return the values of one article's fields, by field; what is there twice is one value."""
    found: dict[str, str] = {}
    for payload in PAYLOADS:
        if payload.article == article:
            before = found.get(payload.field)
            # What an open comment or attribute would swallow is no test.
            found[payload.field] = payload.text if before is None else f'{before}">--> {payload.text}'
    return found
