"""What ``doctor`` shows of a folder of exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl

from connectors import canonical
from connectors.canonical.cells import text
from connectors.file.amounts import doubt
from connectors.file.exports import NEEDED, OPTIONAL, sound, staleness, wanted
from connectors.file.folder import Export, missing_file, require_folder
from connectors.file.owners import read_owners, read_rates
from cssync.errors import CssyncError
from cssync.model.check import Check, CheckStatus
from cssync.model.owner import Owner
from cssync.model.text import line
from cssync.settings.source import FileSource

_SAMPLES = 3
_SAMPLE_LENGTH = 40


def check(settings: FileSource, folder: Path, now: datetime) -> Iterator[Check]:
    """Yield a line a file and a line a mapped column; never raises for anything the folder holds."""
    try:
        require_folder(folder)
    except CssyncError as error:
        yield _failed("folder", error)
        return
    yield Check("folder", CheckStatus.OK, str(folder))
    owners: tuple[Owner, ...] = ()
    for name in ("owners", "accounts", *OPTIONAL):
        try:
            export = sound(settings, folder, name)
            if export is None:
                yield _absent(folder, name)
                continue
            raw = export.read(tuple(wanted(settings, name)))
            lines = [_file(export, now, _contents(export, raw, settings, name))]
            if name == "owners":
                owners = read_owners(export)[0]
            if name in ("accounts", "opportunities"):
                lines.extend(_columns(raw, settings, name, owners))
        except CssyncError as error:
            yield _failed(name, error)
            continue
        yield from lines


def _absent(folder: Path, name: str) -> Check:
    if name in NEEDED:
        return _failed(name, missing_file(folder, name))
    return Check(name, CheckStatus.OK, "no such file (optional)")


def _contents(export: Export, raw: pl.DataFrame, settings: FileSource, name: str) -> str:
    if name != "rates":
        return f"{raw.height:,} rows"
    rates = read_rates(export, settings.corporate_currency, decimal_mark=settings.decimal_mark).rates
    return ", ".join(f"{currency} {rate}" for currency, rate in rates.items())


def _file(export: Export, now: datetime, contents: str) -> Check:
    found = f"{export.path.name}: {contents}, written {export.written_at:%Y-%m-%d %H:%M} UTC"
    name = export.path.stem
    if old := staleness(export, now):
        return Check(name, CheckStatus.WARNING, f"{found}; {old}", "look whether the export still runs")
    return Check(name, CheckStatus.OK, found)


def _columns(raw: pl.DataFrame, settings: FileSource, name: str, owners: tuple[Owner, ...]) -> Iterator[Check]:
    accounts, mark = settings.accounts, settings.decimal_mark
    if name == "accounts":
        parsed = canonical.accounts(raw, accounts, decimal_mark=mark)
    else:
        parsed = canonical.opportunities(raw, settings.opportunities, decimal_mark=mark)
    for column, setting in wanted(settings, name).items():
        yield _column(raw[column], setting, parsed.problems.filter(pl.col("field") == column))
    if name != "accounts":
        return
    if accounts.arr is not None and (note := doubt(raw[accounts.arr], mark)):
        yield Check("source.decimal_mark", CheckStatus.WARNING, note, "compare one account with the CRM")
    if accounts.csm is not None and owners:
        yield _matches(parsed.table["csm_ref"], accounts.csm, owners)


def _column(cells: pl.Series, setting: str, problems: pl.DataFrame) -> Check:
    words = text(cells)
    given = words.drop_nulls()
    if words.is_empty():
        return Check(setting, CheckStatus.OK, f'"{cells.name}": no rows')
    if given.is_empty():
        return Check(
            setting,
            CheckStatus.WARNING,
            f'"{cells.name}" is empty in all {len(words):,} rows',
            f"map another column, or {setting}: null",
        )
    samples = ", ".join(map(line, given.unique(maintain_order=True).head(_SAMPLES).str.slice(0, _SAMPLE_LENGTH)))
    found = f'"{cells.name}": {samples}; {words.null_count() / len(words):.0%} empty'
    if problems.is_empty():
        return Check(setting, CheckStatus.OK, found)
    first = problems.row(0, named=True)
    return Check(
        setting,
        CheckStatus.WARNING,
        f"{found}; {problems.height:,} not read, the first in record {first['record_id']}: {first['reason']}",
        "mend these records where the export comes from",
    )


def _matches(refs: pl.Series, column: str, owners: tuple[Owner, ...]) -> Check:
    known = {owner.id.lower() for owner in owners} | {owner.email.lower() for owner in owners if owner.email}
    given = refs.drop_nulls()
    strange = given.filter(~given.str.to_lowercase().is_in(known))
    found = f'{len(given) - len(strange):,} of {len(given):,} accounts with a "{column}" name someone in owners'
    if strange.is_empty():
        return Check("owners of accounts", CheckStatus.OK, found)
    return Check(
        "owners of accounts",
        CheckStatus.WARNING,
        f"{found}; not, for instance, {strange[0][:_SAMPLE_LENGTH]}",
        "export every owner, inactive ones too, with the ids or e-mail addresses that accounts use",
    )


def _failed(name: str, error: CssyncError) -> Check:
    return Check(name, CheckStatus.FAILED, error.message, error.remedy)
