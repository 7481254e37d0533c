"""How far an audit has come, on a terminal."""

from __future__ import annotations

from typing import TextIO

from bird_dynamic.lifecycle.redaction import printable


class Progress:
    """One line on standard error, if it is a terminal; gone at the end."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._is_shown = output.isatty()

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._is_shown:
            self._output.write(f"\r\x1b[Kreading: {printable(text)}")
            self._output.flush()

    def end(self) -> None:
        """Remove the line."""
        if self._is_shown:
            self._output.write("\r\x1b[K")
            self._output.flush()
