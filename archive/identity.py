"""When two URLs are one article, and what an article is called: normal forms, public keys, row ids."""

import datetime as dt
import hashlib
import re
from base64 import b32encode
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

DAY_SHIFT = 24
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|mc_cid|mc_eid|igshid|_ga|_gl|spm|from_source|"
    r"share_token|at_medium|at_campaign|cmpid|ocid)$",
    re.IGNORECASE,
)
# What a server hangs on its addresses to know a visitor again: a name that means nothing else, or a long value.
_SESSION = re.compile(
    r"^(?:(?:phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|zenid|oscsid)=.*|"
    r"(?:s|sid|session|session_?id|sess)=(?=[0-9a-z]*\d)[0-9a-z]{16,})$",
    re.IGNORECASE,
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[\w.!-]*", re.IGNORECASE)
# The characters RFC 3986 lets stand in a path or a query, besides the unreserved ones.
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_QUERY_SAFE = _PATH_SAFE + "?"


def normalise(url: str, base: str | None = None) -> str:
    """Return the form of a URL that stands for its page.

    Scheme and host in lower case, IDNA host, no default port, no fragment, no tracking parameters, no session ids, dot
    segments resolved, percent-escapes only where RFC 3986 asks for them. The order of parameters is kept.
    Raises ValueError where it is no http(s) URL with a host.
    """
    absolute = urljoin(base, url.strip()) if base else url.strip()
    parts = urlsplit(re.sub(r"[\t\r\n]", "", absolute))
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not a web address: {url!r}")
    path = _escape(_without_dots(_SESSION_IN_PATH.sub("", parts.path)) or "/", _PATH_SAFE)
    return urlunsplit((scheme, _netloc(parts.hostname, parts.port, scheme), path, _query(parts.query), ""))


def host_of(url: str) -> str:
    """Return the lower-case host of a URL, '' where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def has_session(url: str) -> bool:
    """Return whether an address carries a session id, which its normal form has not."""
    path, _, query = url.partition("?")
    return _SESSION_IN_PATH.search(path) is not None or any(map(_SESSION.match, query.partition("#")[0].split("&")))


def article_key(identity_url: str) -> str:
    """Return the public id of an article: 16 letters and digits, the same in every archive that holds it."""
    digest = hashlib.sha256(identity_url.encode()).digest()
    return b32encode(digest[:10]).decode().lower()


def first_id_of(day: dt.date) -> int:
    """Return the lowest row id of a calendar day; ids of a day lie below the next day's."""
    return day.toordinal() << DAY_SHIFT


def day_of_id(article_id: int) -> dt.date:
    """Return the day that an article's id was given for."""
    return dt.date.fromordinal(article_id >> DAY_SHIFT)


def _netloc(host: str, port: int | None, scheme: str) -> str:
    name = host.lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError as error:
            raise ValueError(f"not a host name: {host!r}") from error
    if ":" in name:
        name = f"[{name}]"
    return name if port in (None, _DEFAULT_PORTS[scheme]) else f"{name}:{port}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _escape(text: str, safe: str) -> str:
    """Decode what needs no escape and escape what does, keeping escaped delimiters escaped."""

    def again(match: re.Match[str]) -> str:
        return quote(unquote(match[0], errors="surrogateescape"), safe="~", errors="surrogateescape")

    decoded_runs = re.sub(r"(?:%[0-9A-Fa-f]{2})+", again, text)
    return quote(decoded_runs, safe=safe + "%", errors="surrogateescape")


def _query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_passing(pair)]
    return _escape("&".join(kept), _QUERY_SAFE)


def _is_passing(pair: str) -> bool:
    """Return whether a parameter says who comes or from where, not which page is meant."""
    return _TRACKING.match(pair.partition("=")[0]) is not None or _SESSION.match(pair) is not None
