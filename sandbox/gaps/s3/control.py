"""S3 Control: an account's own block of public access, and whether the policy of an access point is public.

Either is asked for by its path, before the emulator looks for a service, so that no handler of a service can stand in
front of it.
"""

from __future__ import annotations

import re
from typing import Final

from sandbox.gaps.memory import Memory

_NAMESPACE: Final = "https://awss3control.amazonaws.com/doc/2018-08-20/"
_ACCOUNT_BLOCK: Final = "/v20180820/configuration/publicAccessBlock"
_POLICY_STATUS: Final = re.compile(r"/v20180820/accesspoint/[^/]+/policyStatus")
_ABSENT: Final = (
    b"<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code>"
    b"<Message>The public access block configuration was not found</Message></Error></ErrorResponse>"
)
# An access point takes no policy that is public while its own block stands, as it does unless it is told otherwise.
_NOT_PUBLIC: Final = (
    f'<GetAccessPointPolicyStatusResult xmlns="{_NAMESPACE}"><PolicyStatus><IsPublic>false</IsPublic></PolicyStatus>'
    "</GetAccessPointPolicyStatusResult>"
).encode()


class S3Control:
    """Keeps the blocks that were put, by account, and gives them back."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def answers(self, path: str) -> bool:
        """Whether requests to this path are answered here."""
        return path == _ACCOUNT_BLOCK or _POLICY_STATUS.fullmatch(path) is not None

    def answer(self, method: str, path: str, account: str, body: bytes) -> tuple[int, bytes]:
        """Answer a request: the status and the XML."""
        match method:
            case _ if path != _ACCOUNT_BLOCK:
                return 200, _NOT_PUBLIC
            case "PUT":
                self._memory[account] = body.decode()
                return 200, b""
            case "DELETE":
                self._memory.pop(account, None)
                return 204, b""
            case _ if account in self._memory:
                return 200, self._memory[account].encode()
            case _:
                return 404, _ABSENT
