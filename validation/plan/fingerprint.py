"""Tells one plan from another by what an apply would do."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from validation.plan.model import Action, Change, Plan
from validation.plan.values import Value, differences, dotted, shown

_CHARACTERS: Final = 16


def fingerprint(plan: Plan) -> str:
    """The same for two plans that change the same resources to the same values, in 16 hexadecimal digits.

    Secrets and what is known after apply only make no difference.
    """
    changes = sorted(_said(change) for change in plan.changes if change.is_change)
    text = json.dumps([changes, list(plan.changed_outputs)])
    return sha256(text.encode()).hexdigest()[:_CHARACTERS]


def _said(change: Change) -> str:
    return json.dumps(
        [
            change.address,
            change.action.value,
            change.previous_address,
            change.deposed,
            change.imported,
            # Of what goes, its address says everything.
            [] if change.action in (Action.DESTROY, Action.FORGET) else _values(change),
        ]
    )


def _values(change: Change) -> list[list[str]]:
    return [
        [dotted(path), _text(before), _text(after)] for path, before, after in differences(change.before, change.after)
    ]


def _text(value: Value) -> str:
    return json.dumps(value, default=shown, sort_keys=True)
