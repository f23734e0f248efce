"""The command line: `python -m sandbox up|down|status|env|reset|fault`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from environments.target import SandboxConnection
from sandbox import administration, connection, directory, lifecycle
from sandbox.directory import Directory
from sandbox.errors import SandboxError
from sandbox.redis_cluster.faults import DESCRIPTIONS, Fault

_DESCRIPTION = """\
AWS on a laptop: an emulator for the control plane (HTTPS and plain HTTP on loopback, IAM enforced) and a real Redis
Cluster with TLS behind every ElastiCache replication group."""
_EPILOG = f"""\
Everything the sandbox knows lies in one directory, so several sandboxes can run side by side. How to reach it,
with an access key, is in sandbox.json there. State, Terraform's included, survives `down`, a crash and a reboot;
only `reset` wipes it.

environment:
  {directory.ENVIRONMENT_VARIABLE}   the directory, where --directory is not given

exit codes: 0 done (status: it runs), 1 status: it does not run, 2 could not run, 130 interrupted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    given = _parser().parse_args(arguments)
    where = Directory(root=given.directory.resolve()) if given.directory else directory.default()
    try:
        exit_code: int = given.run(where, given)
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what this command started is stopped", file=sys.stderr)
        return 130
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--directory", type=Path, help="where the sandbox lives (default: build/sandbox); it ends where that is deleted"
    )
    commands = parser.add_subparsers(metavar="command", required=True)

    up = commands.add_parser("up", help="start it, or find it running; safe to repeat")
    up.add_argument("--port", type=_port, help="HTTPS port (default: a free one; after a crash, the same again)")
    up.set_defaults(run=_up)

    commands.add_parser("down", help="stop it and keep its state for the next start").set_defaults(run=_down)
    commands.add_parser("status", help="say what runs").set_defaults(run=_status)
    commands.add_parser(
        "env", help='print the shell variables by which programs reach it: eval "$(python -m sandbox env)"'
    ).set_defaults(run=_env)
    commands.add_parser("reset", help="wipe its state; if it runs, it runs on, empty").set_defaults(run=_reset)

    kinds = "\n".join(f"  {fault:<13} {what}" for fault, what in DESCRIPTIONS.items())
    fault = commands.add_parser(
        "fault",
        help="put a fault into one shard of a Redis Cluster",
        description=f"Put a fault into one shard:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fault.add_argument("fault", choices=[str(fault) for fault in Fault], metavar="fault", help="one of the above")
    fault.add_argument("--replication-group", required=True, metavar="ID")
    fault.add_argument("--shard", default="0001", help="which shard (default: %(default)s)")
    fault.add_argument(
        "--seconds",
        type=float,
        default=administration.DEFAULT_SECONDS,
        help="how long a cut or a hang lasts (default: %(default)s)",
    )
    fault.set_defaults(run=_fault)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:  # noqa: PLR2004 (TCP)
        raise argparse.ArgumentTypeError(f"{text!r} is no port; allowed: 1 to 65535")
    return int(text)


def _up(where: Directory, given: argparse.Namespace) -> int:
    lifecycle.up(where, port=given.port, progress=_progress)
    return 0


def _down(where: Directory, _: argparse.Namespace) -> int:
    lifecycle.down(where, progress=_progress)
    _progress("down")
    return 0


def _reset(where: Directory, _: argparse.Namespace) -> int:
    lifecycle.reset(where, progress=_progress)
    _progress("empty")
    return 0


def _status(where: Directory, _: argparse.Namespace) -> int:
    known = lifecycle.healthy(where)
    if known is None:
        print(f"not running ({where.root}); start it with `python -m sandbox up`")
        return 1
    status = lifecycle.request(known, "GET", administration.STATUS)
    print(f"endpoint            {known.endpoint} (CA: {known.ca_file})")
    print(f"insecure endpoint   {known.insecure_endpoint}")
    print(f"proxy               {known.proxy}")
    print(f"gateway             pid {known.pid}, log {where.gateway_log}")
    print(f"services            {len(status['services'])}")
    for title, kind in (("replication group", "replication_groups"), ("serverless cache", "serverless_caches")):
        for each in status[kind]:
            print(f"{title:<20}{each['id']}: {each['status']} in {each['region']}")
            for node in each["nodes"]:
                print(_node_line(node, each["port"]))
    return 0


def _env(where: Directory, _: argparse.Namespace) -> int:
    for name, value in connection.render_variables(_running(where)).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _running(where: Directory) -> SandboxConnection:
    known = lifecycle.healthy(where)
    if known is None:
        raise SandboxError(f"No sandbox runs in {where.root}; start it with `python -m sandbox up`.")
    return known


def _node_line(node: dict[str, Any], port: int) -> str:
    state = f"{node['role']}, pid {node['pid']}" if node["pid"] else "not running"
    return f"  {node['name']}  {node['address']}:{port}  {state}"


def _fault(where: Directory, given: argparse.Namespace) -> int:
    report = lifecycle.request(
        _running(where),
        "POST",
        administration.FAULTS,
        {
            "replication_group": given.replication_group,
            "shard": given.shard,
            "fault": given.fault,
            "seconds": given.seconds,
        },
    )
    took_over = f"; {report['new_primary']} took over" if report["new_primary"] else ""
    print(f"{report['fault']}: shard {report['shard']}, primary {report['primary']}{took_over}")
    return 0


def _progress(text: str) -> None:
    print(f"sandbox: {text}", flush=True)
