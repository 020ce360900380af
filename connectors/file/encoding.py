"""Turns the bytes of an export into text, and tells what they are where they are no text at all."""

from __future__ import annotations

import codecs
from pathlib import Path

from cssync.errors import ConfigError, ConnectorError

_BOM = "\ufeff"

# What programs save under the name .csv: its first bytes, what it is, what to do.
_DISGUISES = (
    (b"PK\x03\x04", "an Excel workbook", "open it and save as 'CSV UTF-8 (comma delimited)'"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "open it and save as 'CSV UTF-8 (comma delimited)'"),
    (b"PAR1", "a Parquet file", "rename it to .parquet"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"<", "HTML or XML", "some CRMs name such exports .xls: export again and choose CSV"),
    (b"{", "JSON", "export again and choose CSV"),
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes, path: Path, encoding: str, *, whole: bool) -> str:
    """*data* as text without a byte order mark; not *whole*: the first part of a file, its last character cut."""
    _refuse_disguises(data, path)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except LookupError as error:
        raise ConfigError(
            f'source.encoding: "{encoding}" is not an encoding', remedy="use utf-8, utf-16, cp1252 or latin-1"
        ) from error
    except UnicodeDecodeError as error:
        raise _undecodable(path, encoding, data, error.start) from error
    return text.removeprefix(_BOM)


def _refuse_disguises(data: bytes, path: Path) -> None:
    for start, kind, remedy in _DISGUISES:
        if data.startswith(start):
            raise ConnectorError(f"{path} is {kind}, not CSV", remedy=remedy)


def _undecodable(path: Path, encoding: str, data: bytes, offset: int) -> ConnectorError:
    if data.startswith(_UTF_16):
        return ConnectorError(
            f"{path} is UTF-16 (Excel's 'Unicode text'), not {encoding}",
            remedy="save it as 'CSV UTF-8', or set source.encoding: utf-16",
        )
    line = data.count(b"\n", 0, offset) + 1
    return ConnectorError(
        f"{path}, line {line}: byte {offset} (0x{data[offset]:02x}) is not {encoding}",
        remedy="save the export as UTF-8, or set source.encoding (cp1252 is what Windows writes)",
    )
