"""YAML front matter: values as JSON, which is YAML too once what may not stand in YAML is escaped."""

import json
import re
from typing import Any

# YAML 1.2, 5.1 and 5.4: not printable, or a line break to older readers.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def front_matter(fields: dict[str, Any]) -> str:
    """Return the fields between two lines of dashes; what is empty is left out, a list stands a line an entry."""
    lines = ["---"]
    for name, value in fields.items():
        if isinstance(value, list) and value:
            lines += [f"{name}:", *(f"  - {_scalar(each)}" for each in value)]
        elif value not in (None, "", []):
            lines.append(f"{name}: {_scalar(value)}")
    return "\n".join([*lines, "---", ""])


def _scalar(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    # Half a character is none.
    return "\\uFFFD" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04X}"
