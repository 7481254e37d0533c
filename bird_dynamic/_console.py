"""What the commands of this package share: errors of one line, `--version`, and a quiet end."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

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
        self,
        prog: str,
        description: str,
        examples: tuple[tuple[str, str], ...] = (),
        **options: Any,
    ) -> None:
        """`options` are those that the base class passes on to the parser of a command, such as
        `color` since Python 3.14."""
        example = f"such as `{examples[0][0]}`" if examples else ""
        self._better: dict[str, str | Callable[[re.Match[str]], str]] = {
            "^the following arguments are required: (.+)$": lambda found: (
                f"write a {found[1].lower()}, {example}"
            ),
            r"^argument (\S+): expected one argument$": self._valueless,
            r"^argument (\S+): ignored explicit argument .*$": r"\1: takes no value",
            r"^argument (\S+): invalid int value: .*$": r"\1: must be an integer",
            "^argument ": "",
        }
        longest = max((len(command) for command, _ in examples), default=0)
        lines = [f"  {command:<{longest}}  {comment}" for command, comment in examples]
        epilog = "\n".join(["examples:", *lines]) if lines else None
        super().__init__(
            prog,
            description=description,
            epilog=epilog,
            formatter_class=_Help,
            allow_abbrev=False,
            **options,
        )
        self.add_argument(
            "--version",
            action="version",
            version=f"{prog.partition(' ')[0]} {package_version()}",
            help="print the version",
        )

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Like that of the base class, with an error for anything unknown: a command has to report
        it itself, because only its own parser knows its options."""
        words = sys.argv[1:] if args is None else list(args)
        self._refuse_option_of_a_command(words)
        given, unknown = super().parse_known_args(words, namespace)
        if unknown:
            option = next((each for each in unknown if each.startswith("-")), None)
            if option is not None:
                near = _nearest(option.partition("=")[0], self._option_string_actions)
                self.error(f"unknown option {option}{near}")
            free = [each for each in self._valued() if getattr(given, each.dest) == each.default]
            meant = next((each for each in free if _accepts(each, unknown[0])), None)
            near = f"; did you mean {meant.option_strings[0]} {unknown[0]}?" if meant else ""
            self.error(f"unexpected argument {unknown[0]}{near}")
        return given, unknown

    def _refuse_option_of_a_command(self, words: Sequence[str]) -> None:
        """Refuse `--stack dev doctor`, in which the base class would take `dev` for the command."""
        option = words[0].partition("=")[0] if words else ""
        commands = (each.choices for each in self._actions if isinstance(each.choices, dict))
        # The one that is meant first.
        for name, command in sorted(
            next(commands, {}).items(), key=lambda each: each[0] not in words
        ):
            known = command._option_string_actions
            if option in known and option not in self._option_string_actions:
                has_value = known[option].nargs is None and "=" not in words[0]
                value = f" {words[1]}" if has_value and words[1:] else ""
                example = f"`{self.prog} {name} {words[0]}{value}`"
                self.error(f"{option} belongs after the command, as in {example}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action.choices, dict) and value not in action.choices:
            known = f": the commands are {', '.join(action.choices)}"
            near = _nearest(value, action.choices)
            raise argparse.ArgumentError(None, f"unknown command {value}{near or known}")
        super()._check_value(action, value)

    def _valueless(self, found: re.Match[str]) -> str:
        option = self._option_string_actions[found[1]]
        return f"{found[1]}: write its value: {found[1]} {option.metavar or option.dest.upper()}"

    def _valued(self) -> Iterator[argparse.Action]:
        """The options that take a value."""
        return (each for each in self._actions if each.option_strings and each.nargs is None)

    def error(self, message: str) -> NoReturn:
        """Exit with status 2 and this message. Those of the base class are reworded."""
        for pattern, better in self._better.items():
            message = re.sub(pattern, better, message)
        line = "".join(each if each.isprintable() else " " for each in message)
        # A question is a sentence.
        see = "See" if line.endswith("?") else "; see"
        self.exit(2, f"error: {line}{' ' * (see == 'See')}{see} `{self.prog} --help`\n")


def _accepts(option: argparse.Action, word: str) -> bool:
    """Whether the word is a value of an option that does not take any text."""
    if not callable(option.type):
        return False
    try:
        option.type(word)
    except (ValueError, argparse.ArgumentTypeError):
        return False
    return True


def _nearest(word: str, known: Iterable[str]) -> str:
    """Asks whether the most similar known word was meant; empty without one."""
    return next(
        (f"; did you mean {each}?" for each in get_close_matches(word, tuple(known), 1)), ""
    )


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
