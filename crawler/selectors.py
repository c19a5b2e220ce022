"""CSS and XPath selectors on an lxml tree, compiled once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

_TRANSLATOR = HTMLTranslator()
# A little of everything, so that a wrong function inside a predicate is met too.
_TRIAL = etree.fromstring(
    "<html><head><title/><meta/></head><body>"
    "<div><p/><span/><a/><img/><h1/><h2/><h3/><time/><b/><i/><ul><li/></ul><table><tr><td/></tr></table></div>"
    "<article/><section/><main/><header/><footer/><figure><figcaption/></figure></body></html>"
)


@dataclass(frozen=True, slots=True)
class Selector:
    """A compiled selector: `elements` finds elements, `strings` the text of what it finds (`::text`, `::attr(x)`)."""

    text: str
    _find: Callable[[etree._Element], Any]

    def elements(self, node: etree._Element) -> list[etree._Element]:
        """Return the elements found below the node, in document order."""
        return elements_in(self.results(node))

    def strings(self, node: etree._Element) -> list[str]:
        """Return the text of what is found: an element's whole text, or the attribute or text node itself."""
        return list(self.each_string(node))

    def each_string(self, node: etree._Element) -> Iterator[str]:
        """Yield the same one by one, for those who need only the first."""
        yield from map(string_of, self.results(node))

    def results(self, node: etree._Element) -> list[Any]:
        """Return what is found below the node: elements, attributes, pieces of text."""
        result = self._find(node)
        return result if isinstance(result, list) else [result]


def elements_in(results: list[Any]) -> list[etree._Element]:
    """Return the elements among what a selector found."""
    return [item for item in results if isinstance(item, etree._Element)]


def string_of(result: Any) -> str:
    """Return the text of one thing that a selector found."""
    return "".join(result.itertext()) if isinstance(result, etree._Element) else str(result)


@lru_cache(maxsize=1024)
def compile_selector(text: str) -> Selector:
    """Return the compiled selector; one that starts with `/`, `./`, `(` or `xpath:` is XPath, any other CSS.

    Raises ValueError where it does not parse.
    """
    try:
        expression = text.removeprefix("xpath:").strip() if _is_xpath(text) else _TRANSLATOR.css_to_xpath(text)
        find = etree.XPath(expression)
        # Unknown prefixes, functions and variables show only when it is used.
        find(_TRIAL)
        return Selector(text, find)
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"not a CSS selector or XPath: {error}") from error


def _is_xpath(text: str) -> bool:
    return text.startswith(("/", "./", "(", "xpath:"))
