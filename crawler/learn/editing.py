"""A learned template written into a definition's text; whatever else the user wrote there stays as it is."""

import datetime as dt
import json
import re
from collections.abc import Mapping

from archive.errors import DefinitionError
from crawler.site import TEMPLATE_FIELDS, FieldRule, Site, Template, parse_definition

_SINGLE = re.compile(r"^[ \t]*\[[ \t]*template[ \t]*\](?=[ \t]*(?:#.*)?$)", re.MULTILINE)
_DATED = re.compile(r"^[ \t]*\[\[[ \t]*templates[ \t]*\]\](?=[ \t]*(?:#.*)?$)", re.MULTILINE)


def toml_of(template: Template, header: str, notes: Mapping[str, str] | None = None) -> str:
    """Return a template as TOML below a header (`[template]`, `[[templates]]`), with a comment behind a field."""
    lines = [header]
    lines += [f"{name} = {day}" for name in ("valid_from", "valid_until") if (day := getattr(template, name))]
    for name in TEMPLATE_FIELDS:
        rule: FieldRule | None = getattr(template, name)
        if rule:
            note = (notes or {}).get(name)
            lines.append(f"{name} = {_value(rule)}" + (f"  # {note}" if note else ""))
    return "\n".join(lines) + "\n"


def add_template(text: str, origin: str, template: Template, notes: Mapping[str, str] | None = None) -> str:
    """Return a definition's text with a first template, or a further one before which the present one ends.

    Raises DefinitionError where the text is written in a way that cannot be edited.
    """
    site = parse_definition(text, origin)
    block = toml_of(template, "[[templates]]" if site.layouts else "[template]", notes)
    last = template.valid_from - dt.timedelta(days=1) if template.valid_from else None
    edited = _ended(text, site, last) if site.layouts and last else text
    whole = edited.rstrip("\n") + "\n\n" + block
    _check(whole, origin, site, template)
    return whole


def _ended(text: str, site: Site, last: dt.date) -> str:
    """Return the text with the templates that have no end given one; the single form becomes a dated one."""
    open_ones = [template.valid_until is None for template in site.templates]
    matches = list(_DATED.finditer(text))
    for match, is_open in reversed(list(zip(matches, open_ones, strict=False))):
        if is_open:
            text = _with_end(text, match, last)
    single = _SINGLE.search(text)
    return _with_end(text, single, last) if single else text


def _with_end(text: str, header: re.Match[str], last: dt.date) -> str:
    """Return the text with a header that makes a dated template, and that one's last day below it."""
    end = text.find("\n", header.end())
    end = len(text) if end < 0 else end
    comment = text[header.end() : end]
    return f"{text[: header.start()]}[[templates]]{comment}\nvalid_until = {last}{text[end:]}"


def _check(whole: str, origin: str, before: Site, template: Template) -> None:
    """Raise DefinitionError where the edited text does not say what was meant, or says anything else otherwise."""
    try:
        after = parse_definition(whole, origin)
    except DefinitionError as error:
        raise _by_hand(origin, template) from error
    known = [_fields(known) for known in before.layouts]
    same = before.model_dump(exclude={"template", "templates"}) == after.model_dump(exclude={"template", "templates"})
    held = all(fields in [_fields(layout) for layout in after.layouts] for fields in [*known, _fields(template)])
    ends = [layout for layout in after.layouts if layout.valid_until is None]
    if not same or not held or len(after.layouts) != len(known) + 1 or len(ends) != 1:
        raise _by_hand(origin, template)


def _by_hand(origin: str, template: Template) -> DefinitionError:
    block = toml_of(template, "[[templates]]")
    return DefinitionError(
        f"{origin}: its templates are written in a way that cannot be edited; end the present one with valid_until, "
        f"and add:\n{block}"
    )


def _fields(template: Template) -> dict[str, object]:
    return template.model_dump(include=set(TEMPLATE_FIELDS))


def _value(rule: FieldRule) -> str:
    if rule.label and not rule.select:
        return f"{{ label = {_strings(rule.label)} }}"
    if rule.label:
        return f"{{ select = {_strings(rule.select)}, label = {_strings(rule.label)} }}"
    return _strings(rule.select)


def _strings(texts: tuple[str, ...]) -> str:
    quoted = [json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f") for text in texts]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
