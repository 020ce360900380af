"""Turns an export into UTF-8, and tells what it is where it is no text at all."""

from __future__ import annotations

import codecs
from pathlib import Path

from cssync.errors import ConfigError, ConnectorError

_PIECE = 1 << 22
_UTF_8 = ("utf-8", "utf-8-sig")

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


def as_utf8(data: bytes, path: Path, encoding: str, *, whole: bool) -> bytes:
    """*data* in UTF-8 without a byte order mark; not *whole*: the first part of a file, its last character cut.

    Works in pieces: as one Python text, a single emoji would make it four bytes a character.
    """
    _refuse_disguises(data, path)
    try:
        b"".decode(encoding)
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise ConfigError(
            f'source.encoding: "{encoding}" is not an encoding', remedy="use utf-8, utf-16, cp1252 or latin-1"
        ) from error
    pieces = []
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        try:
            text = decoder.decode(piece, final=whole and start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            kept_back = len(error.object) - len(piece)  # from the piece before
            raise _undecodable(path, encoding, data, start - kept_back + error.start) from error
        if codecs.lookup(encoding).name not in _UTF_8:
            pieces.append(text.encode())
    return (b"".join(pieces) if pieces else data).removeprefix(codecs.BOM_UTF8)


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
