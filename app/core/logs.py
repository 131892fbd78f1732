"""Structured logs to standard error: one line an event, with the request's or task's id, never contents or secrets."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

ROOT = Path(__file__).resolve().parents[2]
MOST_STEPS, MOST_CAUSES = 30, 5


def configure(level: int = logging.INFO) -> None:
    """Send our own events, and what libraries say from a warning on, to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_messages,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_name: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, FromLibraries) for handler in root.handlers):
        root.addHandler(FromLibraries(logging.WARNING))


def without_messages(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Say of an error its kind and the lines of code, but no message: it may quote a document or a password."""
    error = event.pop("exc_info", None)
    error = sys.exc_info()[1] if error is True else error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        event["exception"] = causes(error)
    return event


def causes(error: BaseException) -> list[dict[str, Any]]:
    """The error and what led to it, each with the places it passed through."""
    told: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < MOST_CAUSES:
        told.append({"type": type(cause).__name__, "at": places(cause)})
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told


def places(error: BaseException) -> list[str]:
    """File, line and function of each step, the outermost first; of our own code the path within it."""
    steps = traceback.extract_tb(error.__traceback__)[-MOST_STEPS:]
    return [f"{_short(step.filename)}:{step.lineno} {step.name}" for step in steps]


def _short(path: str) -> str:
    place = Path(path)
    if place.is_relative_to(ROOT) and "site-packages" not in place.parts:
        return str(place.relative_to(ROOT))
    return "/".join(place.parts[-2:])


class FromLibraries(logging.Handler):
    """What libraries log, in our lines: their sentence, in which only numbers are filled in."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a log that cannot be written stops nobody."""
        try:
            log = structlog.get_logger()
            log.log(record.levelno, record.name, said=_sentence(record), exc_info=record.exc_info)
        except Exception:
            self.handleError(record)


def _sentence(record: logging.LogRecord) -> str:
    first = record.msg.partition("\n")[0][:200] if isinstance(record.msg, str) else ""
    if not isinstance(record.args, tuple) or first != record.msg:
        return first
    return first % tuple(each if isinstance(each, int | float) else "…" for each in record.args)
