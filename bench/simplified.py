"""Writes archive/simplified.json, the traditional characters with their simplified forms, out of OpenCC's tables.

`python -m bench.simplified`; tests compare the file with the library, so it is written again when OpenCC learns more.
"""

import json
from pathlib import Path

from opencc import OpenCC

FILE = Path(__file__).parents[1] / "archive" / "simplified.json"
_HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x323B0))


def pairs() -> dict[str, str]:
    """Return each character that OpenCC simplifies, alone, with what it becomes."""
    convert = OpenCC("t2s").convert
    found = ((chr(code), convert(chr(code))) for code in _HAN)
    return {before: after for before, after in found if before != after and len(after) == 1}


def main() -> None:
    """Write the table as two strings side by side."""
    table = pairs()
    columns = {"traditional": "".join(table), "simplified": "".join(table.values())}
    FILE.write_text(json.dumps(columns, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(table)} characters, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
