"""What storage raises."""


class StoreError(Exception):
    """Storage could not do it."""


class Conflict(StoreError):
    """Somebody else changed the row since it was read; start again from the beginning of the unit."""


class StoreUnavailable(StoreError):
    """The database does not answer; try again later."""


class SchemaTooNew(StoreError):
    """The database was written by a newer program; nothing was changed."""


class AlreadyServed(StoreError):
    """Another process owns this SQLite database; the message names it."""
