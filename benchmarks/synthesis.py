"""How long `prod` takes to synthesize, with the project's fast path and with the stock bindings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.result import Result, UnusableResult
from modules.fast_synthesis import SWITCH_OFF
from toolchain import paths

ROUNDS: Final = 3


def run(say: Callable[[str], None]) -> Iterator[Result]:
    """Measure `synth.prod`: seconds of a whole process, warm, the fastest of runs that alternate with the stock ones.

    The fastest run is the one that other work on the machine disturbed least.
    """
    with tempfile.TemporaryDirectory() as directory:
        stock_output, fast_output = Path(directory, "stock"), Path(directory, "fast")
        say("synth: warming up the stock bindings (up to a minute the first time)")
        synthesize(stock_output, stock=True)
        synthesize(fast_output, stock=False)
        if template(stock_output) != template(fast_output):
            raise UnusableResult("prod is synthesized differently with the fast path and with the stock bindings")
        stock, fast = [], []
        for number in range(1, ROUNDS + 1):
            say(f"synth: round {number} of {ROUNDS}")
            stock.append(synthesize(stock_output, stock=True))
            fast.append(synthesize(fast_output, stock=False))
    yield Result(name="synth.prod", value=min(fast), unit="s", baseline=min(stock))


def synthesize(output: Path, *, stock: bool, environment: str = "prod") -> float:
    """Synthesize an environment for AWS in a process of its own; return how many seconds that took."""
    variables = {
        **os.environ,
        "CDKTF_OUTDIR": str(output),
        "TIERSTORE_ENVIRONMENT": environment,
        "TIERSTORE_TARGET": "",
        SWITCH_OFF: "1" if stock else "",
        # Both are measured with bytecode, wherever the caller keeps it.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(paths.BUILD / "bytecode"),
    }
    # What the fast path sets in this process, should it be on.
    for name in ("NODE_OPTIONS", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        variables.pop(name, None)
    begin = time.perf_counter()
    subprocess.run([sys.executable, "main.py"], cwd=paths.ROOT, env=variables, check=True)
    return time.perf_counter() - begin


def template(output: Path, environment: str = "prod") -> bytes:
    """What Terraform would read."""
    return (output / "stacks" / environment / "cdk.tf.json").read_bytes()
