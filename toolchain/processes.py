"""Child processes that never outlive their purpose: tied to their parent, found again after a crash, ended in order.

A process id alone proves nothing, because ids are reused. A running process is therefore named by its id *and* its start
time, and everything that one run started carries the run's random mark in its environment, which children inherit even
where they open sessions of their own (as a pseudo-terminal does).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends, however it ends (Linux; elsewhere nothing happens).

    Fit for `preexec_fn`: the setting survives `exec`.
    """
    if _LIBC is not None and _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
