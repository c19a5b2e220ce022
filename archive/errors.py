"""What can go wrong, as classes that know their exit code.

NewsarchiveError (4)
├── UsageError (2)             the user asked for something that cannot be
│   ├── WorkspaceError         no workspace here, or one that cannot be used
│   ├── DefinitionError        a site definition says something wrong
│   ├── NotFoundError          no such article, site or version
│   └── TooMuchError           more is asked for than is handed out at once
├── LockedError (3)            another run holds the site's lock
└── ArchiveError (4)           the archive needs attention
    └── MediaError             an image's bytes could not be kept
"""


class NewsarchiveError(Exception):
    """Any failure that newsarchive explains in one line."""

    exit_code = 4


class UsageError(NewsarchiveError):
    """The command or its configuration is wrong; nothing was done."""

    exit_code = 2


class WorkspaceError(UsageError):
    """The directory is no workspace, or it cannot be written."""


class DefinitionError(UsageError):
    """A site definition does not say what it must."""


class NotFoundError(UsageError):
    """The archive holds nothing under that name."""


class TooMuchError(UsageError):
    """More is asked for than is handed out at once."""


class LockedError(NewsarchiveError):
    """Another run is writing this site."""

    exit_code = 3


class ArchiveError(NewsarchiveError):
    """The archive could not be read or written as it must be."""


class MediaError(ArchiveError):
    """An image's bytes could not be kept."""
