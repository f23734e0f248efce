"""`backfill`: items of earlier schema versions are written at the declared one."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import dedent
from threading import Event
from typing import TYPE_CHECKING

from tierstore.commands.command_line import (
    DONE,
    NOT_FINISHED,
    Progress,
    add_connection,
    carry_out,
    connected,
    in_words,
)
from tierstore.declaration.entities import Entity
from tierstore.errors import InvalidError

if TYPE_CHECKING:
    from tierstore.backfill.backfilling import Backfilled
    from tierstore.backfill.progress import Counts


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], entities: Sequence[type[Entity]]
) -> None:
    """Add the command for the entities of a data model."""
    parser = commands.add_parser(
        "backfill",
        help="write items of earlier schema versions at the declared one",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=dedent("""\
            Write every item that has an earlier schema version at the one that its entity declares, while
            the application runs. Deploy the release with the migration everywhere first; begin with a
            run without --write, which only counts.

            Scans the table in segments, with no more capacity units a second than given. An item is
            written only as it was read, so no concurrent writer is overwritten. How far it is stands in
            the state table: after Ctrl-C, which lets the current pages end, or after a crash the same
            command goes on; with another number of segments it begins anew, and finds only what is left.

            Exit codes: 0 nothing of an earlier version is left (or, without --write, counted);
            1 stopped, or some items cannot be migrated; 2 could not run."""),
    )
    add_connection(parser)
    parser.add_argument(
        "entity", nargs="*", help="types of the entities, as items have them (default: every one with migrations)"
    )
    parser.add_argument("--write", action="store_true", help="write; without it, only count what would be written")
    parser.add_argument("--segments", type=int, default=4, help="read side by side, 1 to 32 (default: %(default)s)")
    parser.add_argument("--read-units", type=float, default=25, help="a second, in all (default: %(default)s)")
    parser.add_argument(
        "--write-units", type=float, default=25, help="a second, in all, indexes included (default: %(default)s)"
    )
    parser.set_defaults(run=lambda arguments: carry_out(lambda given: _run(given, entities), arguments))


def _run(arguments: argparse.Namespace, entities: Sequence[type[Entity]]) -> int:
    chosen = _chosen(arguments.entity, entities)
    if not chosen:
        print("no entity has migrations; there is nothing to back-fill")
        return DONE
    outcomes = []
    with connected(arguments) as storage, _stopping() as stopped:
        for entity in chosen:
            told = Progress(entity.declaration.type)
            done = storage.backfill(
                entity,
                segments=arguments.segments,
                read_units=arguments.read_units,
                write_units=arguments.write_units,
                dry_run=not arguments.write,
                progress=lambda counts, told=told: told(_sums(counts)),  # type: ignore[misc]  # bound in the loop
                stopped=stopped.is_set,
            )
            print(f"{entity.declaration.type}: {in_words(_sums(done.counts))}{_remark(done, arguments)}")
            outcomes.append(done.is_finished)
            if stopped.is_set():
                print("tierstore: stopped; the same command again goes on", file=sys.stderr)
                return NOT_FINISHED
    return DONE if all(outcomes) else NOT_FINISHED


def _chosen(types: Sequence[str], entities: Sequence[type[Entity]]) -> list[type[Entity]]:
    migrating = {entity.declaration.type: entity for entity in entities if entity.declaration.migrations}
    if unknown := [name for name in types if name not in migrating]:
        raise InvalidError(
            f"no entity with migrations has the type {', '.join(unknown)}; there are {', '.join(migrating) or 'none'}"
        )
    return [migrating[name] for name in types or migrating]


def _sums(counts: Counts) -> dict[str, int]:
    return {
        "of an earlier version": counts.found,
        "written": counts.migrated,
        "changed by others meanwhile": counts.overtaken,
        "that cannot be migrated": counts.failed,
        "read units": round(counts.read_units),
        "write units": round(counts.write_units),
    }


def _remark(done: Backfilled, arguments: argparse.Namespace) -> str:
    return "" if arguments.write or not done.is_complete else " (nothing was written; give --write)"


@contextmanager
def _stopping() -> Iterator[Event]:
    """Set by Ctrl-C, so that what has begun comes to its end; a second one breaks it off."""
    stopped = Event()

    def stop(*_: object) -> None:
        stopped.set()
        print("tierstore: stopping after the current pages; again to break off", file=sys.stderr, flush=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
