"""Pieces of markup built to break a reader: floods, nests, long values, and what regular expressions stumble over."""

import json
import random
from collections.abc import Callable
from html import escape

# What the parsers' patterns are made of. Any one of them, or two in turn, a hundred thousand times over is a text that
# a pattern with two ways to match the same characters would not survive.
UNITS = (
    ", |,|、|; |1|1.|12/|2024-|2024-01-|20240101|1/2/|(|)|[|]|（|【|()|(a)|[[|((a|- | - |–| — |•|·| · || / |//|\\|"
    "By A, |By Ann Lee and |By |by Ann |A. B. |and |und |with |Ann Lee, |Ann |Ann\n|Mc|ABC |O'|de |van der |Dr. |Jr. |"
    "M.D., |PhD |E-RYT|staff |senior |reporter |Reporter for |editor, |Editing by |additional reporting by |from Rome |"
    "in Paris |special to |min read |记者|记者 |撰文/|기자 |文：|来源：|来源:|责任编辑：|"
    "Photo: (|(Photo|(Photo/|Photo by |photo credit |photo credits/|© |(c) |[Photo/|Credit: |courtesy of |摄 |a摄|摄影：|"
    "图为|图1：|AP/|Getty Images|Reuters |다. a |a = b|Image source, |image caption, |toggle caption |bild: |foto / bild "
    "|Updated: |Updated |updated on |Last updated: |Published |Posted by a |posted by a on |Source: |date: |:|：|: |"
    "12:30 |12:3|10.30 |1h|10 h|5 March |March 5, |5 de |5. |Mar |March|2024|2024 |2024年|1月|5日|令和1年|民国|平成 |"
    "Mon, |(月)|+08:00|GMT+|UTC |EST |am |p.m. |上午|下午 |at |kl. |3 hours ago |1 day |ago |hace |前|vor |منذ |"
    "1 2 3 > |> |» |›|Home > |Home|Home / |next |prev page |上一页|第1页|of |print |share |A+ |字号 大 中 小 |you are here: |"
    "a@|@a |a@b.c |www.a|http://|http://a.b/|https:/|/a|/1x1|w=1,|200x200-|-200x200|_r1.5|a.jpg |a.jpg?|/a_1,|1w, |2x |"
    "a.com |a-|a_|a.|a..|..|...|.|。|。\n|? |! |¿|“|\"|'|’|…|a\n|\n|\t| |\u00a0|\u200b|\u3000|\u2028|\ufeff|\u202e|\u00ad|"
    "\u0300|a\u0300|\ufdfa|\u0130|ß|ŉ|ﬃ|٣|１|²|🛳|👩‍👩‍👧|中|中 |한|ก|ا|aA|Aa|AA|a1|1a|a 1|É|"
    "error 404 |not found |404|subscribe |sign in |unlock |$1 |1 € |sort by |1 results |add to cart |all rights reserved "
    "|copyright |ICP备|读者|read more |*|**|`|``|_|__|!|![|](|[a](|#|##|~|~~~|&|&amp;|&lt;|&amp;amp;|&#|&#x|&a|{|}|{{|%7|%|"
    "=|==|+|^|display|display :|display:none;|hidden |date |author |title |caption |article |nav "
).split("|")
# Where a text stands decides which patterns see it.
HOLDERS = (
    "<p>{}</p>",
    "<h1>{}</h1>",
    "<h2>{}</h2>",
    "<div>{}</div>",
    "<title>{}</title>",
    "<span class=byline>{}</span>",
    "<div class='author name'>{}</div>",
    "<a rel=author href=/authors/a>{}</a>",
    "<div class=date>{}</div>",
    "<span class='meta published-Date'>{}</span>",
    "<time>{}</time>",
    "<time datetime='{}'>5 March</time>",
    "<span itemprop=datePublished content='{}'></span>",
    "<figure><img src=a.jpg alt='{0}'><figcaption>{0}</figcaption></figure>",
    "<img src=a.jpg title='{}'>",
    "<div class=caption><img src=b.jpg><p>{}</p></div>",
    "<p>[Photo/{}]</p>",
    "<p>Updated: {}</p>",
    "<p>Source: {}</p>",
    "<p>By {}</p>",
    "<p>By Ann Lee {}</p>",
    "<p>5 March 2024 {}</p>",
    "<p>{} 5 March 2024</p>",
    "<p>{}: 2024-03-05 10:30</p>",
    "<li>{}</li>",
    "<table><tr><td>{}</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
    "<pre>{}</pre>",
    "<blockquote>{}</blockquote>",
    "<code>{}</code>",
    "<nav class=breadcrumb>{}</nav>",
    "<div class=pagination>{}</div>",
    "<div>Home &gt; {}</div>",
    "<p class='{}'>word</p>",
    "<p style='{}'>word</p>",
    "<p id='{}'>word</p>",
    "<p data-x='{}'>word</p>",
    "<a href='{}'>word</a>",
    "<a href='http://{}'>word</a>",
    "<img src='{}'>",
    "<img src='/{}.jpg' alt=x>",
    "<img srcset='{}' src=c.jpg>",
    "<img srcset='a.jpg {}' src=c.jpg>",
    "<img data-src='{}' src=d.jpg style='background: url({})'>",
    "<picture><source srcset='{}'><img src=e.jpg></picture>",
    "<meta name=date content='{}'>",
    "<meta property=article:published_time content='{}'>",
    "<meta property=article:modified_time content='2024-03-05{}'>",
    "<meta name=author content='{}'>",
    "<meta property=og:title content='{}'>",
    "<meta property=og:image content='http://a.example/{}'>",
    "<meta property=article:section content='{}'>",
    "<meta name=description content='{}'>",
    "<meta name='{}' content=2024-03-05>",
    "<link rel=canonical href='{}'>",
    "<link rel=amphtml href='/{}'>",
    "<script>var state = {{\"published_at\":\"{}\"}}</script>",
    '<script>{{"datePublished":"2024-03-05T10:30:00Z", "a": "{}"}}</script>',
    "<script type='application/ld+json'>{}</script>",
    "<style>{}</style>",
    "<!-- {} -->",
    "<body class='{}'>",
    "<html lang='{}'>",
    "{}",
)  # fmt: skip
DEEP = (
    "div", "span", "table", "ul", "ol", "li", "b", "i", "a", "a href=x", "font", "blockquote", "p", "section", "article",
    "figure", "em", "strong", "h1", "h2", "form", "fieldset", "dl", "dd", "td", "tr", "tbody", "center", "pre", "code",
    "sub", "button", "label", "select", "object", "noscript", "details", "svg", "iframe", "template", "x-y", "nav",
    "main", "header", "footer", "aside", "div class=article", "div hidden", "p class=caption", "ruby", "ins", "time",
)  # fmt: skip
MANY = (
    "<p>word</p>|<p>{n}</p>|<p>A line that says something, number {n}.</p>|<b>x</b>|<br>|<hr>|<img src={n}.jpg>|"
    "<img src=a.jpg width=600 height=400 alt='A quay {n}'>|<figure><img src={n}.jpg><figcaption>Quay {n}</figcaption>"
    "</figure>|<figcaption>Quay {n}</figcaption>|<p>[Photo/{n}]</p>|<p>A quay. (Photo: Ann Lee)</p>|<a href=/{n}>link {n}"
    "</a> |<a href=story_{n}.html>{n}</a>|<a rel=author href=/authors/{n}>Ann Lee{n}</a>|<a rel=next href=?page={n}>next</a>"
    "|<li>item {n}|<li><a href=/a/{n}>A story of the day, number {n}</a>|<ul><li>a</ul>|<h1>Heading {n}</h1>|<h2>head</h2>|"
    "<h3><a href=/{n}>A heading that leads elsewhere {n}</a></h3>|<tr><td>x<td>{n}|<table><tr><td>{n}</table>|"
    "<td>{n}</td>|<dt>a<dd>b|x<br>|<p>2024-01-01</p>|<p>Updated: 2024-01-01 10:30</p>|<time datetime=2024-03-05>5 March"
    "</time>|<time datetime='2024-03-05T10:{n}'>x</time>|<span class=date>5 March 2024</span>|<div class=postdate><div>"
    "Mar 5, 2024</div></div>|<span itemprop=datePublished content=2024-03-05>x</span>|<p>By Ann Lee</p>|<span class="
    "byline>By Ann Lee</span>|<div class=author><span class=name>Ann Lee</span></div>|<span itemprop=author itemscope>"
    "<span itemprop=name>Ann {n}</span></span>|<p>Source: Xinhua</p>|<p>Home &gt; News</p>|&gt; |<nav class=breadcrumb>"
    "<a href=/>Home</a></nav>|<span hidden>x</span>|<div style='display:none'>x</div>|<font color=red>x|<p>1 2 &gt;</p>|"
    "<meta name=n{n} content=x>|<meta name=author content='Ann Lee {n}'>|<meta property=article:tag content={n}>|"
    "<meta property=article:published_time content=2024-03-{n}>|<meta name=publish_date{n} content=2024-03-05>|"
    "<meta property=og:image content=/i{n}.jpg>|<link rel=canonical href=/{n}>|<link rel=amphtml href=/{n}>|"
    '<base href=/{n}/>|<script>var a{n} = 1</script>|<script>{{"datePublished":"2024-03-05","n":{n}}}</script>|'
    '<script type=application/ld+json>{{"@type":"NewsArticle","headline":"H{n}"}}</script>|<noscript><img src={n}.'
    "jpg></noscript>|<iframe src=/{n}></iframe>|<blockquote>said {n}</blockquote>|<pre>x</pre>|<p>&nbsp;</p>|<!-- {n} -->|"
    "<picture><source srcset='{n}.jpg 2x'><img src=s{n}.jpg></picture>|<div class=paywall>Subscribe to read</div>|"
    "<article><h2>Story {n}</h2><p>A line of the story.</p></article>|<section><p>words of a section {n}</section>|"
    "<input value={n}>|<option>{n}|<svg><path d=M0></svg>|<div class=caption>Quay {n}</div>|<title>T{n}</title>|<body>|"
    "<p>x<b>y</b>z<i>u</i><a href=/{n}>v</a></p>|<video src={n}.mp4></video>|<p><em>Ann Lee is a reporter.</em></p>"
).split("|")
PIECES = (
    "<div>|</div>|<table>|<tr>|<td>|</table>|<a href='|'>|\"|<!--|-->|<!-->|<!--->|<![CDATA[|]]>|<script>|</script>|<style>|"
    "</p>|<br>|<p|<|>|</|</>|<!|<!doctype|<?|<?xml version='1.0' encoding='utf-16'?>|<?xml version='1.0'?><?xml-stylesheet|"
    "&#x|&#0;|&#xD800;|&#x110000;|&#99999999999;|&#x80;|&nbsp|&ampamp|&lt;script&gt;|&NotEqualTilde;|<html>|<body>|</html>|"
    "</body>|<frameset>|<frame>|<select>|<option>|<svg>|<math>|<base href='http://[x'>|<base href='javascript:a'>|<base>|"
    "<base href='//'>|<base href='data:,'>|<base href='http://a:b/'>|<base href=' \x01 '>|<base href='http://\udcff/'>|"
    "<base href='http://a.example:99999999/'>|<noscript>|<pre>|<textarea>|<title>|<plaintext>|<xmp>|<listing>|<template>|"
    "<img srcset=|<img src=>|<img src='http://[::1'>|<img src='//a.example/x.jpg'>|<img src='data:image/png;base64,AAAA'>|"
    "<img src='javascript:alert(1)'>|<img src='http://a:b:c/x.jpg'>|<img srcset='http://[x 2x, , ,'>|<a href='http://[x'>a"
    "</a>|<a href='java&#9;script:alert(1)'>a</a>|<a href='mailto:a@b'>a</a>|<a href='\x01http://a.example/'>a</a>|"
    "<a href='http://a.example/\ud800'>a</a>|<a href=//>a</a>|<a href='http:///x'>a</a>|<a href='HTTP:x'>a</a>|<a href=?>|"
    "<li>|<ol>|<ol start=99999999999999999999>|<h1>|</h1>|<figure>|<figcaption>|<div hidden>|<body hidden>|<p hidden=until>|"
    "<p aria-hidden=true>|<td colspan=1000000000>|<td rowspan=-1>|<table><table><table>|<tr></td>|<ul><ol><dl>|<dd>|<rt>|"
    "[Photo|Updated: 2024-13-45 99:99|Updated: 9999-12-31 23:59 +14:00|<p>0001-01-01T00:00:00+14:00</p>|<p>Home >|\ufeff|"
    "\u202e|\x00|\x0b|\x0c|\x1b|\x7f|\x85|\u2028|\ufffe|\uffff|\ud800|\udc00\ud800|🛳|<x\x00y>|<p\x00>|<p/ / />|<p a=b=c>|"
    "<p 'a'=\"b'>|<p =x>|<P CLASS=x class=y>|<p onclick=alert(1)>a</p>|<img src=x onerror=alert(1)>|<meta charset>|"
    "<meta charset=utf-16>|<meta charset=utf-7>|<meta http-equiv=content-type content='text/html; charset=iso-2022-kr'>|"
    "<meta http-equiv=refresh content=0>|<meta property=og:title>|<meta content=x>|<meta name=date content=9999-12-31T23:59:59"
    "-14:00>|<meta property=article:published_time content=0001-01-01T00:00:00+14:00>|<meta name=date content=99999999999999>|"
    "<time datetime=2024-02-30>x</time>|<time datetime=P1D>x</time>|<time datetime=10000-01-01>x</time>|<html lang='x\x00'>|"
    "<meta name=author content='Ann\x07 Lee'>|<h1>A\x9bquay&#x9b;</h1>|<p>By Ann&#x85;Lee&#127;</p>|<meta name=author "
    "content='Ann&#x7f;Lee'>|<title>A&#x1b;&#8;</title>|<link rel=canonical href='http://[x'>|<link rel=canonical href=//>|"
    "<script type=application/ld+json>|<script type=application/ld+json>{\"@type\":[]}</script>"
).split("|")  # fmt: skip


def size(rng: random.Random, most: int) -> int:
    """Return a number up to `most`: the largest at every fifth time, else of any order of magnitude alike."""
    return most if rng.random() < 0.2 else int(most ** rng.random())


def long_value(rng: random.Random) -> str:
    """Return up to a megabyte of one or two units over and over, in an element or an attribute."""
    unit = "".join(rng.choices(UNITS, k=rng.choice([1, 1, 1, 2, 2, 3]))) or "a"
    edges = [rng.choice(UNITS) if rng.random() < 0.4 else "" for _ in range(2)]
    text = edges[0] + unit * max(1, size(rng, 1_000_000) // len(unit)) + edges[1]
    return rng.choice(HOLDERS).replace("{{", "{").replace("}}", "}").replace("{0}", "{}").replace("{}", text)


def soup_of_words(rng: random.Random) -> str:
    """Return a text of units in random order: no period for a pattern to fail early on."""
    text = "".join(rng.choices(UNITS, k=size(rng, 100_000)))
    return rng.choice(HOLDERS).replace("{{", "{").replace("}}", "}").replace("{0}", "{}").replace("{}", text)


def nest(rng: random.Random) -> str:
    """Return elements inside each other, up to a hundred thousand deep, closed or not."""
    tags = rng.choices(DEEP, k=rng.choice([1, 1, 2, 3]))
    inner = rng.choice(["", "", "word ", "<p>A line of the text.</p>", " <br>"])
    levels = max(1, size(rng, 100_000) // len(tags))
    ends = "".join(f"</{tag.split()[0]}>" for tag in reversed(tags)) if rng.random() < 0.5 else ""
    return "".join(f"<{tag}>{inner}" for tag in tags) * levels + "deep words" + ends * levels


def flood(rng: random.Random) -> str:
    """Return up to ten thousand elements side by side, of one kind or of three in turn."""
    kinds = rng.choices(MANY, k=rng.choice([1, 1, 3]))
    parts = [kind.replace("{{", "{").replace("}}", "}") for kind in kinds]
    box = rng.choice(["{}", "{}", "<div>{}</div>", "<ul>{}</ul>", "<table>{}</table>", "<aside>{}</aside>", "<p>{}"])
    made = (parts[number % len(parts)].replace("{n}", str(number)) for number in range(size(rng, 10_000)))
    return box.replace("{}", "".join(made))


def cells(rng: random.Random) -> str:
    """Return tables inside the cells of tables, ten thousand cells in all."""
    total, inside = size(rng, 10_000), rng.choice(["x", "A line of the text. ", "<p>a</p>", "<img src=a.jpg>", ""])
    levels = size(rng, 40)
    row = "<tr>" + f"<td>{inside}" * rng.choice([1, 2, 10, 100])
    rows = row * max(1, total // levels // row.count("<td>"))
    return f"<table>{rows}<td>" * levels + ("</table>" * levels if rng.random() < 0.5 else "")


_TYPES: tuple[object, ...] = (
    "NewsArticle", "Article", "WebPage", "Person", "Organization", "ImageObject", "BreadcrumbList", "ItemList",
    "LiveBlogPosting", "VideoObject", "", "x" * 1000, ["NewsArticle", None, {}], None, 5, {"@id": "#a"},
)  # fmt: skip
_KEYS = (
    "headline", "name", "author", "creator", "datePublished", "dateModified", "image", "thumbnailUrl", "url", "@id",
    "mainEntityOfPage", "publisher", "articleBody", "articleSection", "isAccessibleForFree", "hasPart", "cssSelector",
    "itemListElement", "item", "position", "description", "inLanguage", "caption", "creditText", "contentUrl", "width",
    "isPartOf", "sameAs", "keywords", "@graph", "@type", "mainEntity", "alternativeHeadline", "copyrightHolder",
)  # fmt: skip
_PLAIN: tuple[object, ...] = (
    None, True, False, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "x", "By Ann Lee, Bo Li and Cy Ash",
    "2024-03-05T10:30:00Z", "2024-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 1709600000000,
    10**18, "http://[x", "http://a.example/\ud800", "javascript:alert(1)", "/i.jpg", "<b>A quay</b>", "A\x07quay\x9b",
    "\x00", "&lt;p&gt;" * 50, "A second quay for the harbour", "#a", "_:b", "en-x-" + "y" * 200, "A quay \ud83d", "\udc00",
)  # fmt: skip


def _value(rng: random.Random, depth: int) -> object:
    kind = rng.random()
    if depth <= 0 or kind < 0.5:
        return rng.choice(_PLAIN)
    if kind < 0.6:
        return rng.choice(UNITS) * size(rng, 100_000)
    if kind < 0.75:
        return [_value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return _node(rng, depth - 1)


def _node(rng: random.Random, depth: int) -> dict[str, object]:
    node: dict[str, object] = {key: _value(rng, depth) for key in rng.sample(_KEYS, rng.randrange(1, 12))}
    return {"@type": rng.choice(_TYPES), "@id": rng.choice(["#a", "#b", "http://a.example/#c", ""]), **node}


def _wrong_types(rng: random.Random) -> str:
    return json.dumps([_node(rng, 4) for _ in range(rng.randrange(1, 4))], ensure_ascii=rng.random() < 0.5)


_AROUND_NODES = (
    "[{}]", '{"@graph":[{}]}', '{"@type":"NewsArticle","author":[{}]}', '{"@type":"ItemList","itemListElement":[{}]}',
    '{"@type":"NewsArticle","image":[{}]}',
)  # fmt: skip


def _many_nodes(rng: random.Random) -> str:
    node = json.dumps(_node(rng, 1))[:2000]
    nodes = ",".join([node] * size(rng, 10_000))
    return rng.choice(_AROUND_NODES).replace("{}", nodes[:2_000_000])


def _cycle(rng: random.Random) -> str:
    number = size(rng, 5000)
    keys = rng.choices(_KEYS, k=3)
    return json.dumps(
        [
            {"@type": rng.choice(_TYPES), "@id": f"#{n}", **{key: {"@id": f"#{(n + 1) % number}"} for key in keys}}
            for n in range(number)
        ]
    )


def _deep_json(rng: random.Random) -> str:
    opening = rng.choice(['{"@graph":[', "[", '{"author":', '{"@type":"NewsArticle","image":{"url":', '{"a":[[{"b":'])
    levels = size(rng, 100_000)
    ends = "".join({"{": "}", "[": "]"}.get(sign, "") for sign in reversed(opening))
    return opening * levels + '"x"' + (ends * levels if rng.random() < 0.7 else "")


def linked_data(rng: random.Random) -> str:
    """Return JSON-LD that is deep, cyclic, of ten thousand nodes, or of wrong types, cut off at times."""
    makers: tuple[Callable[[random.Random], str], ...] = (_wrong_types, _wrong_types, _many_nodes, _cycle, _deep_json)
    text = rng.choice(makers)(rng)
    if rng.random() < 0.1:
        text = text[: rng.randrange(len(text) + 1)]
    return f'<script type="application/ld+json">{text.replace("</", "<" + chr(92) + "/")}</script>'


def entities(rng: random.Random) -> str:
    """Return character references that are wrong, or escaped many times over."""
    one = rng.choice(["&#x110000;", "&#0;", "&#xD800;", "&#99999999999999999999;", "&" + "amp;" * 50, "&lt;b&gt;", "&#x9;",
                      "&nosuch;", "&amp", "&#", "&#x", "&zwj;", "&#13;", "&#x7f;", "&#x85;", "&Tab;&NewLine;"])  # fmt: skip
    return rng.choice(HOLDERS[:30]).replace("{0}", "{}").replace("{}", one * size(rng, 100_000))


def attributes(rng: random.Random) -> str:
    """Return an element of very many attributes, or of a few very long ones."""
    if rng.random() < 0.5:
        tag = rng.choice(["p", "div", "img", "a", "body", "html", "meta"])
        return f"<{tag} " + " ".join(f"data-a{number}=x" for number in range(size(rng, 20_000))) + ">words"
    names = rng.sample(["class", "style", "srcset", "src", "href", "data-src", "alt", "title", "id", "rel", "role"], 3)
    value = escape("".join(rng.choices(UNITS, k=2)) * size(rng, 150_000))
    return (
        f"<{rng.choice(['img', 'a', 'p', 'div', 'source', 'figure'])} "
        + " ".join(f'{n}="{value}"' for n in names)
        + ">x"
    )


def pieces(rng: random.Random) -> str:
    """Return a few pieces of markup that are wrong in themselves."""
    return "".join(rng.choices(PIECES, k=rng.randrange(1, 6)))


BOMBS: tuple[Callable[[random.Random], str], ...] = (
    long_value, long_value, long_value, soup_of_words, nest, flood, flood, cells, linked_data, entities, attributes,
)  # fmt: skip
