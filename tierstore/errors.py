"""Everything that can go wrong, in the application's words; each error tells whether trying again may help."""

from __future__ import annotations

from typing import ClassVar


class StorageError(Exception):
    """Base of every error of the library.

    `retryable` tells whether the same call may succeed later. Messages hold no value of a field marked sensitive.
    """

    retryable: ClassVar[bool] = False
    in_doubt: bool = False
    """Whether the call may have taken effect all the same."""


class InvalidError(StorageError):
    """What the caller gave cannot be right; nothing was sent."""


class InvalidCursorError(InvalidError):
    """A cursor that was not made by this query, or was changed on its way."""


class TooLargeError(InvalidError):
    """An item above 400 KB, or a file above its bucket's limit; names what weighs most."""


class NotFoundError(StorageError):
    """There is no such item or object."""


class ConflictError(StorageError):
    """Somebody else was faster: the item changed, exists already, or does not exist any more."""


class VersionConflictError(ConflictError):
    """The item is not at the version that the caller read."""

    def __init__(self, message: str, *, expected: int, found: int | None) -> None:
        super().__init__(message)
        self.expected = expected
        """The version that the caller read."""
        self.found = found
        """The version that is stored; None where the item is gone."""


class ErasedError(ConflictError):
    """The user's data is being erased, or was: nothing new is stored for that user."""


class NotUniqueError(ConflictError):
    """Another item holds the value of a unique constraint."""


class ContendedError(ConflictError):
    """Several writers change the same items at once, and went on until the retry budget was used up."""

    retryable = True


class InProgressError(ConflictError):
    """The same request is being worked on by somebody else."""

    retryable = True


class AccessDeniedError(StorageError):
    """The credentials do not permit the call."""


class ThrottledError(StorageError):
    """The service asks to slow down, and went on asking until the retry budget was used up."""

    retryable = True


class UnavailableError(StorageError):
    """The service cannot be reached or fails."""

    retryable = True

    def __init__(self, message: str, *, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.in_doubt = in_doubt


class TimedOutError(StorageError):
    """The deadline passed; where `in_doubt`, a write may or may not have taken effect."""

    retryable = True

    def __init__(self, message: str, *, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.in_doubt = in_doubt


class NewerSchemaError(StorageError):
    """An item that a later release wrote: reading it with this one would lose what it does not know."""


class CorruptError(StorageError):
    """Stored bytes that no release of the library wrote, or whose checksum differs."""
