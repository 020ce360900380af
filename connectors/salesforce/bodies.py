"""Takes in the body of an answer: unzipped by ISA-L, in half of zlib's time, and not taken for whole when cut short."""

from __future__ import annotations

from gzip import BadGzipFile
from io import BytesIO
from typing import TYPE_CHECKING

from isal import igzip, isal_zlib

from connectors.salesforce.refusals import LostAnswerError

if TYPE_CHECKING:
    import requests

ZIPPED = "gzip"  # the one encoding to ask for
_LENGTH = slice(-4, None)  # of what was zipped, where the last four bytes say so
_MOST_ROOM = 1 << 26  # bytes, where they do not


def whole(answer: requests.Response) -> bytes:
    """What came in *answer*, of which only the headers have been read. Raises LostAnswerError where it was cut short.

    Raises requests' own exceptions where the connection breaks.
    """
    if answer.headers.get("Content-Encoding", "").lower() != ZIPPED:
        return answer.content
    # urllib3 unzips by this header, piece by piece, and does not mind an end that is missing.
    del answer.raw.headers["Content-Encoding"]
    zipped = answer.content
    try:
        return _unzipped(zipped)
    except (EOFError, BadGzipFile, isal_zlib.error) as cut:  # type: ignore[misc] # classes, whatever the stub says
        raise LostAnswerError("Salesforce's answer is not whole") from cut


def _unzipped(zipped: bytes) -> bytes:
    with igzip.GzipFile(fileobj=BytesIO(zipped)) as text:  # type: ignore[no-untyped-call]
        # Room for all of it at once: as it grew, every byte would be copied some three times.
        found = text.read(min(int.from_bytes(zipped[_LENGTH], "little"), _MOST_ROOM))
        return bytes(found + text.read())
