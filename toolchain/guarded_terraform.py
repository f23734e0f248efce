"""Terraform that saves its state even when CDKTF's command line dies around it.

CDKTF runs Terraform on a pseudo-terminal of its own. When CDKTF is killed, the terminal hangs up and Terraform would
end at once, losing what it had created since it last saved. So the hang-up is ignored, and the kernel interrupts
Terraform instead: it finishes what it began, saves its state and releases the state lock.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from toolchain.prerequisites import find_terraform
from toolchain.processes import die_with_parent


def main() -> NoReturn:
    """Become Terraform, with this program's arguments."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    die_with_parent(signal.SIGINT)
    os.execv(find_terraform(), ["terraform", *sys.argv[1:]])  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
