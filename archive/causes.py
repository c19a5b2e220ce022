"""Why something could not be had, in words: what the causes in the ledger mean."""

MEANINGS = {
    "dns": "its host name does not resolve",
    "refused": "the host refuses the connection",
    "timeout": "the host did not answer in time",
    "too-large": "the response is larger than max_megabytes allows",
    "too-slow": "the response trickled for longer than response_seconds allows",
    "too-many-pixels": "the image has more pixels than max_megapixels allows",
    "too-many-images": "the article has more images than max_images allows",
    "truncated": "the response ended before its declared length",
    "no-route": "no connection leads to the host",
    "tls": 'the encrypted connection failed; tls = "lenient" in the definition accepts old servers',
    "reset": "the connection broke",
    "robots": "robots.txt forbids it",
    "withdrawn": "it was taken down, and is not archived again",
    "off-site": "it leads to a host that is not the site's",
    "redirect-loop": "it redirects in a circle",
    "host-not-allowed": "only_hosts in newsarchive.toml does not name its host",
    "host-budget": "its host has been asked as often as max_requests_per_host allows: the next run goes on",
    "host-backoff": "its host asked for rest or went on failing: it is asked again later",
    "robots-unreachable": "its host gives no robots.txt for now, not even that it has none: it is asked again later",
    "private-address": "it leads to a private address that neither the definition nor you named",
    "scheme": "its address is no web address",
    "since": "the listing says that it is older than --since",
    "ignored": "Scrapy turned the request away",
    "no-run": "the run could not be opened",
    "not-html": "it is no HTML page",
    "wrong-type": "its bytes are those of another kind of file than a page",
    "incomplete": "a further page of it is missing",
    "not-image": "its bytes are no image",
    "not-a-file": "what came is no PDF or office file",
    "too-many-attachments": "the article links to more files than are kept",
    "empty": "the page is empty",
    "no-articles": "the page names no article that fits the definition",
    "no-article": "the page holds neither text nor image",
    "not-article": "its address is that of a listing or the front page",
    "blocked": "the site answers with a block notice, a captcha or a wall of consent; a longer delay may help",
    "soft-404": "the server answers 200, and the page says that there is none, or leads to the front page or another "
    "article",
    "empty-shell": "the page is a shell that only a script would fill",
    "bad-encoding": "some bytes are no characters of its encoding",
}


def explain(cause: str) -> str:
    """Return a cause in words."""
    if cause.startswith("http-"):
        return f"the server answers {cause.removeprefix('http-')}"
    return MEANINGS.get(cause, f"fetching failed ({cause})")
