"""Why validation could not run at all."""

from __future__ import annotations


class CouldNotRun(Exception):  # noqa: N818 - says what happened, like KeyboardInterrupt
    """Nothing was judged; the message says in one line what is missing and what to do."""
