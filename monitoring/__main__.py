"""`python -m monitoring`: prints the alarms as a page in Markdown."""

from __future__ import annotations

import argparse

from monitoring.document import render_document


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(
        prog="python -m monitoring",
        description="Print every alarm, its threshold, meaning and first action as Markdown, as in docs/monitoring.md.",
    )
    parser.parse_args()
    print(render_document(), end="")


if __name__ == "__main__":
    main()
