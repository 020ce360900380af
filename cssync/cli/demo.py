"""``cssync demo``: write the made-up company to a folder, to try every other command on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; made if it is not there.", file_okay=False)],
    accounts: Annotated[int, typer.Option("--accounts", help="Rows of the accounts export; 350 or more.")] = 420,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same company.")] = 20,
    fmt: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Format of the files.")] = "csv",
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day of the export, today (UTC) by default."),
    ] = None,
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace exports that are there already.")] = False,
) -> None:
    """Write the demo company's data to files.

    Accounts, owners, opportunities, two years of ownership, a year of deals on their way and exchange rates, as exports
    that cssync can read.
    """
    import shlex
    from datetime import UTC

    from cssync.demo import build, write, written
    from cssync.errors import ConfigError

    if not overwrite and (found := written(out)):
        raise ConfigError(
            f"{out} holds {', '.join(path.name for path in found)} already, and they may be real",
            remedy="choose another --out, or add --overwrite to replace them",
        )
    company = build((as_of or datetime.now(UTC)).date(), accounts, seed)
    write(company, out, fmt)
    for name, table in company.tables():
        typer.echo(f"{table.height:>9,}  {out / f'{name}.{fmt}'}")
    typer.echo(
        f"\nNext: CSSYNC__SOURCE__FOLDER={shlex.quote(str(out.absolute()))} cssync run --dry --as-of {company.as_of}"
    )
