"""One plan of the corpus."""

from __future__ import annotations

from dataclasses import dataclass

from tests.validation.plan.builder import Json


@dataclass(frozen=True)
class Case:
    """A plan, and the kinds of finding that block it by address; none where it is clean."""

    id: str
    plan: Json
    blocked: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()
