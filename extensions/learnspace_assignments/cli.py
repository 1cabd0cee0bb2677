"""Commands for receipts: verify one anywhere, without the platform that gave it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

receipt = typer.Typer(help="Receipts of what was handed in.", no_args_is_help=True)
GROUPS = {"receipt": receipt}


@receipt.callback()
def _group() -> None:
    """Keep ``verify`` a command of its own while it is the only one."""


@receipt.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt, a JSON file.")],
    files: Annotated[Path | None, typer.Option(help="Directory with the files: compare them with the receipt.")] = None,
    key: Annotated[
        str, typer.Option(help="The platform's public key: as text, or a file with it as text, JSON or PEM.")
    ] = "",
) -> None:
    """Say whether a receipt is valid: exit code 0 if it is, 1 if not, 2 if it cannot be read. Asks nobody."""
    from learnspace_assignments.verification import read_key, read_receipt, report

    found = report(read_receipt(file), read_key(key) if key else None, files)
    for line in found.lines:
        typer.echo(line)
    if not found.valid:
        raise typer.Exit(1)
