"""What a database's complaint means to the operator, in words and without secrets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError

from cssync.errors import StoreError

# By the beginning of SQLite's own name of the error: https://sqlite.org/rescode.html
_SQLITE = {
    "SQLITE_FULL": ("The disk is full", "free some space on that disk and run again; the last good night is intact"),
    "SQLITE_READONLY": (
        "The store may not be written",
        "give the user that runs cssync write access to the file and its folder",
    ),
    "SQLITE_CANTOPEN": (
        "The store cannot be opened",
        "check that the file and its folder exist and that the user that runs cssync may read and write both",
    ),
    "SQLITE_PERM": ("The store may not be opened", "give the user that runs cssync access to the file and its folder"),
    "SQLITE_AUTH": ("The store may not be opened", "give the user that runs cssync access to the file and its folder"),
    "SQLITE_BUSY": (
        "Another program is writing to the store",
        "wait for it, or end it (another cssync, or a database browser), then run again",
    ),
    "SQLITE_LOCKED": ("Another program holds the store", "end it, then run again"),
    "SQLITE_NOTADB": (
        "This file is not a cssync store",
        "point store.path at another file, or move this one away: the next run makes a new store",
    ),
    "SQLITE_CORRUPT": ("The store is damaged", "restore it from a backup, or move it away to begin a new one"),
    "SQLITE_IOERR": ("The disk failed", "check the disk (and network file systems: SQLite needs a local one)"),
    "SQLITE_CONSTRAINT": (
        "The night contradicts what is stored; nothing was changed",
        "run again; if it stays, please report it with the output of `cssync doctor`",
    ),
}

# By the beginning of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "28": ("The database refused the user or the password", "correct DATABASE_URL"),
    "3D": ("The database does not exist", "create it, or correct DATABASE_URL"),
    "42501": ("The database user lacks a permission", "grant it: CREATE on the schema, all rights on its tables"),
    "25006": ("The database is read-only", "point DATABASE_URL at the primary, not at a standby"),
    "53100": ("The database's disk is full", "free some space there; the last good night is intact"),
    "53300": ("The database accepts no more connections", "raise max_connections or end idle clients, then run again"),
    "53": ("The database is short of resources", "free some memory or space there, then run again"),
    "55P03": ("Another program holds the store", "wait for it or end it, then run again"),
    "57P": ("The database is shutting down or ended the connection", "run again once it is up"),
    "23": _SQLITE["SQLITE_CONSTRAINT"],
}
# libpq reports a failed login without a SQLSTATE.
_POSTGRES_LOGIN = {
    "authentication failed": "28",
    "no password supplied": "28",
    "no pg_hba.conf entry": "28",
    "role": "28",
    "too many clients": "53300",
    "database": "3D",
}
_UNREACHABLE = (
    "The database cannot be reached",
    "check that it is up and that host, port and network in DATABASE_URL are right",
)
_OTHER = ("The store failed", "run `cssync doctor`; the last good night is intact")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn whatever a database raises inside into a StoreError about *where*, the store's name without a password."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(error.orig, where) from error
    except StatementError as error:
        raise StoreError(f"The store cannot keep a value: {error.orig}.", remedy=_OTHER[1]) from error
    except sqlite3.Error as error:
        raise _explained(error, where) from error
    except Exception as error:
        # psycopg is an optional extra, so its errors cannot be named here.
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise _explained(error, where) from error


def _explained(error: BaseException | None, where: str) -> StoreError:
    code = ""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", "")
        meaning = next((found for start, found in _SQLITE.items() if code.startswith(start)), _OTHER)
    else:
        code, meaning = _of_postgres(error)
    what, remedy = meaning
    detail = f" ({code})" if code else ""
    return StoreError(f"{what}: {where}{detail}.", remedy=remedy)


def _of_postgres(error: BaseException | None) -> tuple[str, tuple[str, str]]:
    code: str = getattr(error, "sqlstate", None) or ""
    if not code:
        said = str(error)
        login = next(
            (found for words, found in _POSTGRES_LOGIN.items() if f"FATAL:  {words}" in said or words in said), ""
        )
        return "", _POSTGRES.get(login, _UNREACHABLE)
    # The longest match wins: 53100 before 53.
    matches = sorted((start for start in _POSTGRES if code.startswith(start)), key=len)
    return code, _POSTGRES[matches[-1]] if matches else _OTHER
