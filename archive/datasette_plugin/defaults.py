"""The settings that Datasette is given where it is ours to start."""

SETTINGS = {
    "default_page_size": "50",
    "facet_suggest_time_limit_ms": "50",
    "sql_time_limit_ms": "2000",
    "suggest_facets": "off",
    # A page of fifty texts would weigh half a megabyte.
    "truncate_cells_html": "300",
    "max_csv_mb": "100",
}


def as_values() -> dict[str, int | bool]:
    """Return them as Datasette's own code and its settings.json have them."""
    return {name: int(value) if value.isdecimal() else value == "on" for name, value in SETTINGS.items()}


def as_options() -> list[str]:
    """Return them as options of `datasette serve`."""
    return [word for name, value in SETTINGS.items() for word in ("--setting", name, value)]
