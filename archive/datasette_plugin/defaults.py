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


def as_options() -> list[str]:
    """Return them as options of `datasette serve`."""
    return [word for name, value in SETTINGS.items() for word in ("--setting", name, value)]
