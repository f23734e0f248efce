"""The lists that the model declares, ready for a caller's values."""

from __future__ import annotations

from functools import partial

from tierstore.declaration.requests import Query
from tierstore.dynamodb.ranges import Range
from tierstore.model import DATA_MODEL


def declared_list(name: str) -> partial[Range]:
    """Makes ranges of the one query of an access pattern; raises `ValueError` at import where there is no such one."""
    queries = [
        request
        for pattern in DATA_MODEL.patterns
        if pattern.name == name
        for request in pattern.requests
        if isinstance(request, Query)
    ]
    (query,) = queries
    return partial(Range, name=name, query=query)
