"""What the commands of this package share: errors of one line, `--version`, and a quiet end."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from bird_dynamic._version import package_version

INTERRUPTED = 130
OUTPUT_CLOSED = 141
"""Exit statuses of a process that SIGINT or SIGPIPE has ended, as a shell reports them."""


class _Help(argparse.HelpFormatter):
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # Examples keep their lines.
        return text if "\n" in text else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line. `examples` are pairs of a command and its comment."""

    def __init__(
        self, prog: str, description: str, examples: tuple[tuple[str, str], ...] = ()
    ) -> None:
        longest = max((len(command) for command, _ in examples), default=0)
        lines = [f"  {command:<{longest}}  {comment}" for command, comment in examples]
        epilog = "\n".join(["examples:", *lines]) if lines else None
        super().__init__(prog, description=description, epilog=epilog, formatter_class=_Help)
        self.add_argument(
            "--version",
            action="version",
            version=f"{prog.partition(' ')[0]} {package_version()}",
            help="print the version",
        )

    def error(self, message: str) -> NoReturn:
        """Exit with status 2 and this message."""
        line = "".join(each if each.isprintable() else " " for each in message)
        self.exit(2, f"error: {line}; see `{self.prog} --help`\n")


def ending_quietly(command: Callable[[], int]) -> int:
    """Run a command; return its exit status. Ctrl-C, and a reader of the output that has ended,
    such as `head`, end it without a traceback."""
    try:
        try:
            return command()
        finally:
            # Here, not when the interpreter ends: it would report a closed output itself.
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered must not be written when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
