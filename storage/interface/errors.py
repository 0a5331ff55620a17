"""The errors of storage."""


class StoreError(Exception):
    """A storage operation failed."""


class Conflict(StoreError):
    """Somebody else changed the row since it was read; repeat the whole unit."""


class StoreUnavailable(StoreError):
    """The database does not answer; retry later."""


class SchemaTooNew(StoreError):
    """The database was written by a newer version; nothing was changed."""


class AlreadyServed(StoreError):
    """Another process owns this SQLite database; the message names it."""
