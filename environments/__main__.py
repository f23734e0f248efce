"""Checks, shows and lists the environments.

  python -m environments list                       every environment, its account and region
  python -m environments show prod                  every setting of prod, the defaults too
  python -m environments check prod                 is the file right, and can it be deployed where it says?
  python -m environments check prod --credentials   ... and do the AWS credentials belong to its account?
  python -m environments access                     the page about roles: which persona may do what
  python -m environments schema --write             renew schema.json after a change of the settings

TIERSTORE_TARGET=sandbox points any environment at the sandbox.
Exit codes: 0 fine, 2 not, with one line for each reason.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import yaml

from environments import access_page
from environments.declared import BUCKETS, TABLES
from environments.json_schema import FILE, render
from environments.loader import load, names
from environments.problems import UnusableEnvironment, shown
from environments.schema import Environment
from environments.target import load_target
from tierstore.model import DATA_MODEL


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        match given.command:
            case "list":
                return _list()
            case "show":
                _show(given.environment)
            case "check":
                _check(given.environment, credentials=given.credentials)
            case "access":
                print(access_page.render(DATA_MODEL), end="")
            case "schema":
                _schema(write=given.write)
    except UnusableEnvironment as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m environments",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="every environment, its target, account, region and purpose")
    show = commands.add_parser("show", help="every setting of an environment as YAML, the defaults too")
    check = commands.add_parser("check", help="refuse an environment that cannot be deployed, naming file and line")
    check.add_argument(
        "--credentials", action="store_true", help="on AWS, also ask whose credentials these are (one call to STS)"
    )
    for command in (show, check):
        command.add_argument("environment", help="such as local, dev, staging, prod")
    commands.add_parser("access", help="the page about roles, docs/access.md")
    schema = commands.add_parser("schema", help="the JSON Schema of an environment's file, for editors")
    schema.add_argument("--write", action="store_true", help=f"write it to {shown(FILE)} instead of printing it")
    return parser


def _list() -> int:
    """Print the valid environments and the reasons against the others; 2 where there are such."""
    environments, exit_code = [], 0
    for name in names():
        try:
            environments.append(load(name))
        except UnusableEnvironment as error:
            print(error, file=sys.stderr)
            exit_code = 2
    for environment in environments:
        place = f"{environment.target:<7}  {environment.account}  {environment.region:<14}"
        print(f"{environment.name:<12}  {place}  {environment.description}")
    return exit_code


def _show(name: str) -> None:
    environment = load(name)
    complete = environment.model_copy(
        update={
            "tables": {table: environment.table(table) for table in TABLES},
            "buckets": {bucket: environment.bucket(bucket) for bucket in BUCKETS},
        }
    )
    settings = complete.model_dump(mode="json", exclude={"name"})
    print(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), end="")


def _check(name: str, *, credentials: bool) -> None:
    deployment = load_target(name)
    if credentials and deployment.sandbox is None:
        # boto3 costs half a second, which only the commands that talk to AWS have to pay.
        from environments.account import require_account  # noqa: PLC0415

        require_account(deployment.environment)
    print(f"{name}: valid, deployed to {_place(deployment.environment)}")


def _place(environment: Environment) -> str:
    where = "the sandbox as account" if environment.target == "sandbox" else "AWS account"
    return f"{where} {environment.account} in {environment.region}"


def _schema(*, write: bool) -> None:
    if write:
        FILE.write_text(render(), encoding="utf-8")
        print(f"wrote {shown(FILE)}")
    else:
        print(render(), end="")


if __name__ == "__main__":
    sys.exit(main())
