"""Terraform that runs to its end even when CDKTF's command line dies around it.

CDKTF runs Terraform on a pseudo-terminal of its own. When CDKTF is killed, the terminal hangs up and Terraform would
end at once, losing track of what it is creating. So the hang-up is ignored: Terraform finishes, saves its state and
releases the state lock.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from toolchain.prerequisites import find_terraform


def main() -> NoReturn:
    """Become Terraform, with this program's arguments."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(find_terraform(), ["terraform", *sys.argv[1:]])  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
