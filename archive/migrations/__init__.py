"""The archive's tables, as named migrations: append-only, a module each, one transaction each."""

from sqlite_utils import Migrations

from archive.migrations import (
    m001_first_tables,
    m002_health,
    m003_due,
    m004_hosts,
    m005_notices,
    m006_evidence,
    m007_families,
    m008_search,
    m009_keeping,
    m010_importing,
    m011_watching,
    m012_rollups,
    m014_pictures,
)
from archive.migrations.m001_first_tables import FTS_COLUMNS

__all__ = ["FTS_COLUMNS", "MIGRATIONS"]

MIGRATIONS = Migrations("newsarchive")
for _step in (
    m001_first_tables,
    m002_health,
    m003_due,
    m004_hosts,
    m005_notices,
    m006_evidence,
    m007_families,
    m008_search,
    m009_keeping,
    m010_importing,
    m011_watching,
    m012_rollups,
    m014_pictures,
):
    MIGRATIONS(name=_step.__name__.rpartition(".")[2])(_step.apply)
