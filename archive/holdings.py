"""Where the parts of an archive lie in its directory."""

from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Holdings:
    """The directory of an archive: `archive.db`, `captures/`, `media/`, `locks/`."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "archive.db"

    @property
    def captures(self) -> Path:
        """The folder of WARC files."""
        return self.root / "captures"

    @property
    def media(self) -> Path:
        """The folder of image bytes, by SHA-256."""
        return self.root / "media"

    @property
    def locks(self) -> Path:
        """The folder of site locks."""
        return self.root / "locks"

    def make(self) -> None:
        """Make the folders that are missing; raises ArchiveError naming the one that cannot be."""
        for folder in (self.captures, self.media, self.locks):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ArchiveError(
                    f"cannot make the folder {folder}: {error.strerror}; free its name or make the directory writable"
                ) from error
