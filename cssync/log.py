"""One line per stage on stderr, for people on a terminal and as JSON elsewhere, with no secret ever in it."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from traceback import format_tb
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from cssync.model.text import harmless

MASK = "***"
# Shorter ones are no secrets, and masking them would blot out every second word.
_SHORTEST = 4

# What must not be seen is known for as long as the process lives, as is the log itself.
_hidden: tuple[str, ...] = ()


def configure(
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["auto", "json", "console"] = "auto",
    secrets: Iterable[str] = (),
) -> None:
    """Set up structlog, and the logging of libraries from warnings on, for the whole process."""
    global _hidden  # noqa: PLW0603 - see above
    _hidden = tuple(sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True))
    on_terminal = sys.stderr.isatty()
    for_people = form == "console" or (form == "auto" and on_terminal)
    renderer: Processor = structlog.processors.JSONRenderer(default=str)
    if for_people:
        colours = on_terminal and not os.environ.get("NO_COLOR")
        renderer = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [_in_order, *([_harmless] if for_people else []), renderer, _mask_line]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(_Stderr()),  # type: ignore[arg-type] # write and flush are enough
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    # Libraries speak up only when something is wrong; their debug lines quote requests.
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def get_logger() -> FilteringBoundLogger:
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def mask(text: str) -> str:
    """*text* with every secret that the settings hold replaced, in each form in which it may appear."""
    for secret in _hidden:
        text = text.replace(secret, MASK)
    return text


def without_messages(error: BaseException) -> str:
    """The traceback without the errors' messages: those may quote customers' data, which no log may hold."""
    return "".join(_steps(error))


def _steps(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _steps(earlier)
        yield "which led to\n"
    yield from format_tb(error.__traceback__)
    yield f"{type(error).__name__}\n"


def _in_order(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """What every line has comes first, then what this one has to say."""
    first = ("timestamp", "level", "event")
    return {name: line[name] for name in first if name in line} | {
        name: value for name, value in line.items() if name not in first
    }


def _harmless(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """For a renderer that shows texts as they are; all else it shows as Python writes it."""
    return {name: harmless(value) if isinstance(value, str) else value for name, value in line.items()}


def _mask_line(_logger: Any, _method: str, line: Any) -> Any:
    return mask(line)


def _forms(secret: str) -> Iterable[str]:
    """The secret itself, its lines, the password in a URL; each also as Python, JSON and URLs write it."""
    try:
        password = urlsplit(secret).password or ""
    except ValueError:
        password = ""
    for plain in (secret, password, *secret.splitlines()):
        if len(plain) >= _SHORTEST:
            written = (plain, repr(plain)[1:-1], repr(plain.encode())[2:-1], quote(plain, safe=""))
            yield from written
            yield from (json.dumps(form)[1:-1] for form in written)


class _Stderr:
    """Whatever stderr is when a line is written; it may have been replaced since the log was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
