"""The command line of the line."""

import click


@click.group()
def main() -> None:
    """Run and look after an Activation Line."""
