"""Tells in a line for each resource what CDKTF and Terraform print in pages."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PLAN = re.compile(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy")
# CDKTF ends a resource's name with eight hexadecimal digits of its own.
_RESOURCE = r"(?P<type>\w+)\.(?P<name>[\w-]+?)(?:_[0-9A-F]{8})?: "
_DONE = re.compile(_RESOURCE + r"(?P<what>Creation|Modifications|Destruction) complete after (?P<time>\w+)")
_HALF_MINUTES = r"(?P<time>\d+m0?0s|(?:\d+m)?30s)"
_UNDER_WAY = re.compile(_RESOURCE + rf"Still (?P<what>\w+)\.\.\. \[(?:id=\S+ )?{_HALF_MINUTES} elapsed\]")
_WORTH_TELLING = re.compile(r"No changes\.|(?:Apply|Destroy) complete!|[╷│╵]")
# Terraform's output comes indented or after the name of its stack; what begins a line is CDKTF's or the launcher's.
_NOT_TERRAFORMS = re.compile(r"(?![\w-]+(?:  |$)|\d+ Stacks? |No outputs)\S")
_STACK = re.compile(r"^[\w-]+  ")
_PAST = {"Creation": "created", "Modifications": "changed", "Destruction": "destroyed"}


def plain(text: str) -> str:
    """Return text without its colours."""
    return _COLOUR.sub("", text)


class Progress:
    """What has been done of a plan; shows no line for what is not worth one."""

    def __init__(self) -> None:
        self._planned = 0
        self._done = 0

    def show(self, line: str) -> str | None:
        """Return what to tell after this line of output; None for nothing."""
        text = plain(line).rstrip()
        if plan := _PLAN.search(text):
            self._planned = sum(map(int, plan.groups()))
            return f"      {plan.group()}"
        if done := _DONE.search(text):
            self._done += 1
            return self._tell(_PAST[done["what"]], done)
        if under_way := _UNDER_WAY.search(text):
            return self._tell(f"still {under_way['what']}", under_way)
        if _WORTH_TELLING.search(text) or _NOT_TERRAFORMS.match(text):
            return f"      {_STACK.sub('', text).strip()}"
        return None

    def _tell(self, what: str, resource: re.Match[str]) -> str:
        width = len(str(self._planned))
        count = f"{self._done:>{width}}/{self._planned}"
        return f"      {count} {what} {resource['type']} {resource['name']} ({resource['time']})"
