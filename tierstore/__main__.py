"""`python -m tierstore`: prints the data model as a page in Markdown."""

from __future__ import annotations

import argparse

from tierstore.declaration.document import render_document
from tierstore.model import DATA_MODEL


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tierstore",
        description="Print the data model (tables, keys, access patterns, cost) as Markdown, as in docs/data-model.md.",
    )
    parser.parse_args()
    print(render_document(DATA_MODEL), end="")


if __name__ == "__main__":
    main()
