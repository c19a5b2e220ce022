"""The story of the archive: what was first seen, changed, retitled, moved, gone and returned, by capture time."""

KINDS = ("first seen", "changed", "retitled", "moved", "gone", "returned")
