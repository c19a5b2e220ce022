"""Another newsarchive workspace as what is imported: its captures with their time, and its versions as they are."""

from crawler.importing.intake import Intake
from crawler.importing.reading import ReadSums
from crawler.importing.sources import Source


class WorkspaceIntake:
    """Takes another workspace in."""

    def __init__(self, intake: Intake, source: Source, sums: ReadSums) -> None:
        self._intake, self._source, self._sums = intake, source, sums

    def take(self) -> None:
        """Take its captures, records and media in, then its articles."""
        raise NotImplementedError
