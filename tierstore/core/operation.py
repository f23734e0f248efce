"""Operations: methods written once as plans, callable in the way of the storage that they hang on."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, overload

from tierstore.core.effects import Effect, Plan

P = ParamSpec("P")
Result = TypeVar("Result")


class Sync:
    """Operations block and return their result."""


class Async:
    """Operations return an awaitable of their result."""


class Explained:
    """Operations send nothing and return the requests that they would begin with."""


Mode = TypeVar("Mode", Sync, Async, Explained)


Watcher: TypeAlias = Callable[[str, Callable[[], Plan[Any]]], Plan[Any]]
"""Takes an operation's name and what makes its plan; gives a plan that does the same, and is watched."""


class Runner(Protocol):
    """Carries out a plan's effects, and returns what the mode promises."""

    @property
    def watch(self) -> Watcher | None:
        """Watches every operation; None where nobody observes."""

    def run(self, plan: Plan[Any]) -> Any:
        """Run the plan."""

    def listing(self, read: Callable[..., Any]) -> Any:
        """What an operation that reads pages looks like in this mode; `read` runs it for one page."""


class Group(Generic[Mode]):
    """Operations that belong together, bound to what runs them."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner


GroupType_contra = TypeVar("GroupType_contra", bound=Group[Any], contravariant=True)


class operation(Generic[GroupType_contra, P, Result]):  # noqa: N801 - used as a decorator
    """Turns a method that makes a plan into one that runs it: blocking, awaitable or explained, by the group's mode."""

    def __init__(self, plan: Callable[Concatenate[GroupType_contra, P], Plan[Result]]) -> None:
        self.plan = plan
        self.__name__ = plan.__name__
        self.__doc__ = plan.__doc__

    @overload
    def __get__(self, group: None, owner: type) -> operation[GroupType_contra, P, Result]: ...
    @overload
    def __get__(self, group: Group[Sync], owner: type) -> Callable[P, Result]: ...
    @overload
    def __get__(self, group: Group[Async], owner: type) -> Callable[P, Awaitable[Result]]: ...
    @overload
    def __get__(self, group: Group[Explained], owner: type) -> Callable[P, tuple[Effect[Any], ...]]: ...
    def __get__(self, group: Any, owner: type) -> Any:
        if group is None:
            return self
        method = bind(self.plan, group)
        # A descriptor without __set__ yields to the instance's own attribute, so this is done once a group.
        group.__dict__[self.__name__] = method
        return method


def _group_name(group: type[Group[Any]]) -> str:
    """As access patterns call it: `PersonalData` is `personal_data`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", group.__name__).lower()


def bind(plan: Callable[..., Plan[Any]], group: Group[Any]) -> Callable[..., Any]:
    """The plan as a method of the group, run by the group's runner."""
    run, watch = group.runner.run, group.runner.watch
    make = plan if watch is None else _watched(plan, watch, f"{_group_name(type(group))}.{plan.__name__}")

    def method(*arguments: Any, **keywords: Any) -> Any:
        return run(make(group, *arguments, **keywords))

    update_wrapper(method, plan)
    method.__signature__ = _signature(plan)  # type: ignore[attr-defined]  # `help` and completion look there
    return method


def _signature(plan: Callable[..., Plan[Any]]) -> inspect.Signature:
    """As the caller of a bound method sees it: without the group, and returning the plan's result."""
    signature = inspect.signature(plan)
    result = str(signature.return_annotation).removeprefix("Plan[").removesuffix("]")
    return signature.replace(parameters=list(signature.parameters.values())[1:], return_annotation=result)


def run_as(operation: str, plan: Plan[Any], runner: Runner) -> Any:
    """Run a plan that no operation of a group makes, watched under this name."""
    watch = runner.watch
    return runner.run(plan if watch is None else watch(operation, lambda: plan))


def _watched(plan: Callable[..., Plan[Any]], watch: Watcher, operation: str) -> Callable[..., Plan[Any]]:
    def make(*arguments: Any, **keywords: Any) -> Plan[Any]:
        # Made within the watch, since what the caller gave may be refused before there is a plan.
        return watch(operation, lambda: plan(*arguments, **keywords))

    return make
