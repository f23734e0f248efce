"""Lists that are read page by page, or item by item as far as the caller goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from tierstore.core.effects import Effect, Plan
from tierstore.core.operation import Async, Explained, Group, GroupType_contra, Sync, bind

P = ParamSpec("P")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item_co]):
    """Some items of a list, in its order."""

    items: tuple[Item_co, ...]
    cursor: str | None = field(repr=False)
    """Give it to the same operation for the items that follow; None at the end."""


class Listing(Generic[P, Item]):
    """Reads a list: call it for one page, or iterate over `every` item."""

    def __init__(self, read: Callable[P, Page[Item]]) -> None:
        self._read = read
        update_wrapper(self, read)

    def __call__(self, *arguments: P.args, **keywords: P.kwargs) -> Page[Item]:
        """One page."""
        return self._read(*arguments, **keywords)

    def every(self, *arguments: P.args, **keywords: P.kwargs) -> Iterator[Item]:
        """Every item to the end of the list; holds one page at a time, whose size is `limit`."""
        page = self._read(*arguments, **keywords)
        yield from page.items
        while page.cursor is not None:
            keywords["cursor"] = page.cursor
            page = self._read(*arguments, **keywords)
            yield from page.items


class AsyncListing(Generic[P, Item]):
    """Reads a list: await it for one page, or iterate over `every` item with `async for`."""

    def __init__(self, read: Callable[P, Awaitable[Page[Item]]]) -> None:
        self._read = read
        update_wrapper(self, read)

    def __call__(self, *arguments: P.args, **keywords: P.kwargs) -> Awaitable[Page[Item]]:
        """One page."""
        return self._read(*arguments, **keywords)

    async def every(self, *arguments: P.args, **keywords: P.kwargs) -> AsyncIterator[Item]:
        """Every item to the end of the list; holds one page at a time, whose size is `limit`."""
        page = await self._read(*arguments, **keywords)
        for item in page.items:
            yield item
        while page.cursor is not None:
            keywords["cursor"] = page.cursor
            page = await self._read(*arguments, **keywords)
            for item in page.items:
                yield item


class paged(Generic[GroupType_contra, P, Item]):  # noqa: N801 - used as a decorator
    """An operation that reads one page of a list; its plan takes the keyword `cursor` and returns a `Page`."""

    def __init__(self, plan: Callable[Concatenate[GroupType_contra, P], Plan[Page[Item]]]) -> None:
        self.plan = plan
        self.__name__ = plan.__name__
        self.__doc__ = plan.__doc__

    @overload
    def __get__(self, group: None, owner: type) -> paged[GroupType_contra, P, Item]: ...
    @overload
    def __get__(self, group: Group[Sync], owner: type) -> Listing[P, Item]: ...
    @overload
    def __get__(self, group: Group[Async], owner: type) -> AsyncListing[P, Item]: ...
    @overload
    def __get__(self, group: Group[Explained], owner: type) -> Callable[P, tuple[Effect[Any], ...]]: ...
    def __get__(self, group: Any, owner: type) -> Any:
        if group is None:
            return self
        method = group.runner.listing(bind(self.plan, group))
        group.__dict__[self.__name__] = method
        return method
