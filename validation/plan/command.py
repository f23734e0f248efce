"""`python -m validation plan`: reviews what Terraform would do to an environment."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

import environments
from environments.schema import Environment
from environments.target import load_target
from toolchain import checkov as installation
from toolchain import paths
from toolchain.errors import ToolchainError
from validation.command_line import Commands, exit_codes
from validation.errors import CouldNotRun
from validation.files import write
from validation.plan import checkov, markdown, terminal, terraform
from validation.plan.checkov import CheckovReport
from validation.plan.document import Document, review_document
from validation.plan.model import Plan, UnreadablePlan, read_plan
from validation.plan.progress import Say, progress
from validation.plan.review import review
from validation.plan.terraform import Planned

JSON: Final = "review.json"
MARKDOWN: Final = "review.md"


def add_to(commands: Commands) -> None:
    """Add the command `plan` to the command line."""
    parser = commands.add_parser(
        "plan",
        help="review what a deployment would do, before it does it",
        description="""\
Has Terraform plan the environment and reviews the plan: what it would change, by tier; which attribute forces each
replacement; what changed outside Terraform; what it costs a month. Blocked is whatever

  destroy     deletes a table, bucket, replication group, key, vault or secret, also when its code has vanished
  replace     deletes one of them and creates it anew, empty
  unprotect   takes protection from one of them: recovery, versioning, snapshots, backups, replicas, …
  weaken      widens a policy or a security group, or takes encryption, logging or a block of public access away

unless `plan.allowed` in the environment's file names the address, the action, a reason and the last day. In production,
what Checkov finds is blocked too (install it with `python3 -m toolchain checkov`).""",
        epilog="""\
Leaves build/plan/<environment>/: plan.json (Terraform's own, without its secrets), review.json and review.md, which
fits a comment on a pull request. TIERSTORE_TARGET=sandbox plans against the sandbox.

"""
        + exit_codes(good="clean: nothing is lost or opened unasked", bad="blocked"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(parser)
    parser.add_argument(
        "--expect-empty",
        action="store_true",
        help="also block any change and any drift, as after a deployment and every night",
    )
    parser.add_argument(
        "--approved",
        metavar="FINGERPRINT",
        help="also block a plan that would do anything else than the one with this `plan.fingerprint` in review.json",
    )
    parser.add_argument("--no-checkov", action="store_true", help="leave Checkov out")
    parser.set_defaults(command=_command)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of every command that works on a plan."""
    parser.add_argument("environment", help=f"one of: {', '.join(environments.names())}")
    parser.add_argument(
        "--plan-json",
        type=Path,
        metavar="FILE",
        help="take this plan, from `terraform show -json`, instead of a new one; nothing is asked of AWS then",
    )


def directory_of(environment: str) -> Path:
    """Where everything about an environment's plan lies."""
    return paths.BUILD / "plan" / environment


def obtain(name: str, file: Path | None, *, say: Say) -> tuple[Environment, Planned, Plan]:
    """A new plan of an environment, or the one in `file`.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    try:
        if file is None:
            deployment = load_target(name)
            environment, planned = deployment.environment, terraform.plan(deployment, directory_of(name), say=say)
        else:
            environment, planned = environments.load(name), terraform.read(file)
    except (ToolchainError, OSError) as error:
        raise CouldNotRun(str(error)) from error
    try:
        return environment, planned, read_plan(planned.document)
    except UnreadablePlan as error:
        raise CouldNotRun(f"{planned.file}: {error}") from error


def _command(options: argparse.Namespace) -> int:
    return review_plan(
        options.environment,
        file=options.plan_json,
        must_be_empty=options.expect_empty,
        approved=options.approved,
        with_checkov=not options.no_checkov,
        console=Console(),
    )


def review_plan(
    name: str,
    *,
    file: Path | None,
    must_be_empty: bool,
    with_checkov: bool,
    console: Console,
    approved: str | None = None,
) -> int:
    """Review a plan, print the verdict and leave the reports; 0 where nothing blocks it, else 1.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    with progress(Console(stderr=True), name) as say:
        environment, planned, plan = obtain(name, file, say=say)
        report = _checkov(planned, say) if with_checkov else None
    today = datetime.now(UTC).date()
    verdict = review(plan, environment, today=today, checkov=report, must_be_empty=must_be_empty, approved=approved)
    if plan.errored and not verdict.is_blocked:
        raise CouldNotRun(f"{planned.file}: Terraform stopped at an error, so that changes are missing: plan again")
    document = review_document(verdict)
    terminal.show(document, console)
    page = _write(document, directory_of(name))
    console.print(f"Review: {page}", markup=False, highlight=False, soft_wrap=True)
    return 1 if verdict.is_blocked else 0


def _checkov(planned: Planned, say: Say) -> CheckovReport | None:
    executable = installation.find()
    if executable is None:
        return None
    say("running Checkov")
    return checkov.scan(planned.file, checkov.suppressions(planned.stack), executable=executable)


def _write(document: Document, directory: Path) -> Path:
    """Write review.json and review.md; returns the latter."""
    page = directory / MARKDOWN
    write(directory / JSON, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    write(page, markdown.render(document))
    return page
