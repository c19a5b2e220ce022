"""What the command group gives every command, through click's context."""

from pathlib import Path
from typing import Protocol


class Invocation(Protocol):
    """The archive that a command is about, and the sites that its workspace defines."""

    @property
    def database(self) -> Path:
        """The SQLite file."""

    @property
    def defined(self) -> tuple[str, ...]:
        """The ids of the defined sites."""
