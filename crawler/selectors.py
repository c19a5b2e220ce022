"""CSS and XPath selectors on an lxml tree, compiled once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

_TRANSLATOR = HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Selector:
    """A compiled selector: `elements` finds elements, `strings` the text of what it finds (`::text`, `::attr(x)`)."""

    text: str
    _find: Callable[[etree._Element], Any]

    def elements(self, node: etree._Element) -> list[etree._Element]:
        """Return the elements found below the node, in document order."""
        return [item for item in self._results(node) if isinstance(item, etree._Element)]

    def strings(self, node: etree._Element) -> list[str]:
        """Return the text of what is found: an element's whole text, or the attribute or text node itself."""
        found = []
        for item in self._results(node):
            if isinstance(item, etree._Element):
                found.append("".join(item.itertext()))
            else:
                found.append(str(item))
        return found

    def _results(self, node: etree._Element) -> list[Any]:
        result = self._find(node)
        return result if isinstance(result, list) else [result]


@lru_cache(maxsize=1024)
def compile_selector(text: str) -> Selector:
    """Return the compiled selector; one that starts with `/`, `./`, `(` or `xpath:` is XPath, any other CSS.

    Raises ValueError where it does not parse.
    """
    try:
        expression = text.removeprefix("xpath:").strip() if _is_xpath(text) else _TRANSLATOR.css_to_xpath(text)
        return Selector(text, etree.XPath(expression))
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise ValueError(f"not a CSS selector or XPath: {error}") from error


def _is_xpath(text: str) -> bool:
    return text.startswith(("/", "./", "(", "xpath:"))
