"""The page about errors lists those that there are, and says of each what the code says."""

from __future__ import annotations

import re

from tierstore import errors
from tierstore.errors import StorageError
from toolchain.paths import ROOT

PAGE = (ROOT / "docs/error-handling.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<name>\w+Error)` \| `(?P<base>\w+)` \| (?P<retryable>yes|no) \|", re.MULTILINE)


def test_the_page_lists_every_error_with_its_base_and_whether_a_retry_may_help() -> None:
    defined = {
        (name, error.__base__.__name__, "yes" if error.retryable else "no")
        for name, error in vars(errors).items()
        if isinstance(error, type) and issubclass(error, StorageError) and error is not StorageError and error.__base__
    }

    assert set(ROW.findall(PAGE)) == defined
