"""Commands for operators: `python -m tierstore <command>`."""
