"""Log lines on standard error: readable in a terminal, or one JSON object a line for a collector."""

from __future__ import annotations

import logging.config
import os
import sys
from typing import Any

import structlog

from tallystick.project.config import Config

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(config: Config) -> None:
    """Send the lines of structlog and of the standard library alike to standard error, in one format."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(standard_library(config))


def standard_library(config: Config) -> dict[str, Any]:
    """The ``logging.config`` dictionary that both halves share; the web server takes it as it is."""
    lines = structlog.stdlib.ProcessorFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": lines,
                "processors": [
                    lines.remove_processors_meta,
                    *_rendering(config),
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "lines"}
        },
        "root": {"handlers": ["stderr"], "level": config.log_level.upper()},
        # SQL statements hold people's data: they are never logged, whatever the level.
        "loggers": {
            "django.db.backends": {"level": "WARNING"},
            # A 404 is an answer, not a fault.
            "django.request": {"level": "ERROR"},
            # Nor is the refusal of a foreign Host header, which anybody can send.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # Nor are those of a request that is too large: a stranger could fill the disk with their traces.
            "django.security.RequestDataTooBig": {"level": "CRITICAL"},
            "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
            "django.security.TooManyFilesSent": {"level": "CRITICAL"},
            "_granian": {"handlers": [], "propagate": True},
        },
    }


def _rendering(config: Config) -> list[Any]:
    if config.log_format == "json":
        return [_traceback_fields(), structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=_terminal_with_colors(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _traceback_fields() -> Any:
    # Without local variables, here and in the console: they hold people's data.
    without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return structlog.processors.ExceptionRenderer(without_locals)


def _terminal_with_colors() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
