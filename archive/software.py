"""Which release of the software this is."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("newsarchive")
except PackageNotFoundError:  # a checkout that was never installed
    VERSION = "0+unknown"
SOFTWARE = f"newsarchive/{VERSION}"
