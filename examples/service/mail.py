"""How codes reach people."""

from __future__ import annotations

import logging

log = logging.getLogger("uvicorn.error")


async def send(address: str, text: str) -> None:
    """Write a letter to the log of the server; put your mail service in its place."""
    log.info("mail to %s: %s", address, text)
