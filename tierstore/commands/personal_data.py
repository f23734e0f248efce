"""`export` and `erase`: what a user may ask for."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

from tierstore.commands.command_line import (
    COULD_NOT_RUN,
    DONE,
    NOT_FINISHED,
    Progress,
    Run,
    add_connection,
    carry_out,
    connected,
    in_words,
)

_PERSONA: Final = "data_protection"
"""Who may look for keys of every kind."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands."""
    export = commands.add_parser(
        "export",
        help="write all that is stored for a user as files",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=dedent("""\
            Write all that is stored for a user into a new directory or .zip file:
              items/<entity>.jsonl   one line of JSON an item, without keys and other internals
              objects/<bucket>/...   the user's files as they are
              export.json            what there is, and when it was taken
            Memory does not grow with the data. An export that was killed leaves <path>.unfinished;
            run it again.

            Exit codes: 0 written, 2 could not run."""),
    )
    add_connection(export)
    export.add_argument("user_id", help="id of the user, as in User.id")
    export.add_argument("path", type=Path, help="directory that is made, or a file that ends with .zip")
    export.set_defaults(run=_as_run(_export))

    erase = commands.add_parser(
        "erase",
        help="erase a user from every tier",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=dedent("""\
            Erase a user for good: sessions, uploads with every version of their objects and what was
            sent in parts, content with its revisions, listings, tags and counters, preferences,
            the user and the e-mail's guard; in Redis copies, sessions, counts, scores and feed
            entries. In other people's content the user's id is taken out of the revisions.

            From its beginning on nothing new is stored for the user. Whatever breaks it off, run it
            again: it goes on with what is left. In the end it looks for anything that is still there.

            Exit codes: 0 nothing is left; 1 something is left, or links that were given out may
            still store files until the moment that is printed: run it again after that;
            2 could not run."""),
    )
    add_connection(erase)
    erase.add_argument("user_id", help="id of the user, as in User.id")
    erase.add_argument("--dry-run", action="store_true", help="only tell what is stored, by where it lies")
    erase.add_argument("--yes", action="store_true", help="do not ask for the user id to be typed again")
    erase.set_defaults(run=_as_run(_erase))


def _as_run(run: Run) -> Run:
    return lambda arguments: carry_out(run, arguments)


def _export(arguments: argparse.Namespace) -> int:
    with connected(arguments, persona=_PERSONA) as storage:
        exported = storage.personal_data.export(arguments.user_id, arguments.path, progress=Progress("written"))
    print(
        f"{exported.path}: {in_words(exported.items)}; {exported.objects:,} objects of {exported.object_bytes:,} bytes"
    )
    return DONE


def _erase(arguments: argparse.Namespace) -> int:
    with connected(arguments, persona=_PERSONA) as storage:
        found = storage.personal_data.remains(arguments.user_id)
        print(f"stored for user {arguments.user_id} in {arguments.environment}:")
        for remnant in found:
            print(f"  {remnant.count:>8,}  {remnant.where}")
        if not found:
            print("  nothing")
        if arguments.dry_run:
            return DONE
        if not arguments.yes and not _confirmed(arguments.user_id):
            print("tierstore: nothing was erased", file=sys.stderr)
            return COULD_NOT_RUN
        erased = storage.personal_data.erase(arguments.user_id, progress=Progress("erased"))
    print(f"erased: {in_words(erased.removed)}")
    for remnant in erased.remains:
        print(f"still there: {remnant.count:,} {remnant.where}")
    if erased.run_again_at is not None:
        print(
            f"links that were given out may store files until {erased.run_again_at:%Y-%m-%d %H:%M} UTC; "
            "run it again then"
        )
    if erased.is_finished:
        print("nothing is left")
    return DONE if erased.is_finished else NOT_FINISHED


def _confirmed(user_id: str) -> bool:
    if not sys.stdin.isatty():
        print("tierstore: nobody is there to confirm; give --yes", file=sys.stderr)
        return False
    return input("This cannot be undone. Type the user id again to erase: ") == user_id
