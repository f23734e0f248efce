"""S3: deleting versions in a batch takes `s3:DeleteObjectVersion` for each of them, the first one included.

The emulator asks for `s3:DeleteObject` on the first, whatever it is, and right for the others.
"""

from __future__ import annotations

import importlib
from typing import Any


def ask_for_versions() -> None:
    """Let the first entry of a batch be judged as the others are."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    told = actions.extract_iam_action

    def action(*request: Any) -> str | None:
        found: str | None = told(*request)
        service, method, path, _, body, query_params = request
        if service == "s3" and method == "POST" and "delete" in query_params:
            targets = actions._s3_batch_delete_targets(path.strip("/"), body)  # noqa: SLF001 - as its own checks do
            if targets and targets[0][1]:
                return "s3:DeleteObjectVersion"
        return found

    actions.extract_iam_action = action
