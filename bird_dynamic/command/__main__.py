"""`bird-dynamic export`, `bird-dynamic doctor` and `bird-dynamic audit`.

Settings come from the stack configuration, if `--stack` names a stack, then from the environment
(BIRD_ACCESS_KEY, …). Exit status: 0 success, 1 a problem was found or a request failed, 2 the
command or the settings are invalid, and nothing was sent.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bird_dynamic._console import Parser, ending_quietly
from bird_dynamic.bird.connect import connect
from bird_dynamic.bird.errors import BirdError, ConfigurationError
from bird_dynamic.bird.retry import log as requests_log
from bird_dynamic.command.audit import audit_of
from bird_dynamic.command.audit_progress import Progress
from bird_dynamic.command.audit_report import Style, lines_of
from bird_dynamic.command.doctor import Subject, examined
from bird_dynamic.command.export import Installed, exported, written
from bird_dynamic.command.settings import Given, InvalidSettingsError, given_settings
from bird_dynamic.lifecycle.redaction import printable
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.phone_numbers import FORM, international
from bird_dynamic.settings import logs_requests


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    return ending_quietly(lambda: _main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    given = _parser().parse_args(arguments)
    try:
        settings_given = given_settings(given.stack, f"`bird-dynamic {given.command} --stack NAME`")
    except InvalidSettingsError as error:
        return _invalid(*error.problems)
    try:
        with _log_as_asked(os.environ):
            return _carried_out(given, settings_given)
    except BirdError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _carried_out(given: argparse.Namespace, settings: Given) -> int:
    if given.command == "audit":
        return _audit(settings, given)
    account = Account(settings.settings, connect)
    if given.command == "doctor":
        return _doctor(account, settings.key_source, given.writes, given.json)
    return _export(account, Path(given.folder), not given.no_protect, given.import_file)


class _ErrorOutput(logging.Handler):
    """Prints log records to standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        # A request id is Bird's text.
        print(printable(self.format(record)), file=sys.stderr, flush=True)


@contextmanager
def _log_as_asked(environment: Mapping[str, str]) -> Iterator[None]:
    if not logs_requests(environment):
        yield
        return
    handler, level = _ErrorOutput(), requests_log.level
    requests_log.addHandler(handler)
    requests_log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        requests_log.removeHandler(handler)
        requests_log.setLevel(level)


def _parser() -> Parser:
    parser = Parser(
        "bird-dynamic",
        "Export a Bird workspace as a Pulumi program, check an access key, and check that every "
        "phone number is set up. "
        "Settings come from the environment (BIRD_ACCESS_KEY, BIRD_WORKSPACE_ID, "
        "BIRD_ORGANIZATION_ID, BIRD_API_URL), or with --stack from a stack's configuration.",
        (
            ("bird-dynamic doctor", "check the settings of the environment"),
            ("bird-dynamic audit", "check that every phone number is set up completely"),
            ("bird-dynamic export phones", "write a program to the folder phones"),
        ),
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    export = _add(
        commands,
        "export",
        "write a Pulumi program that adopts everything in the workspace",
        ("bird-dynamic export phones", "write phones/__main__.py and phones/Pulumi.yaml"),
        ("bird-dynamic export --stack prod phones", "with the settings of the stack prod"),
        ("bird-dynamic export --import-file phones", "for the plugin and `pulumi import`"),
    )
    doctor = _add(
        commands,
        "doctor",
        "check the access key, the workspace and its roles",
        ("bird-dynamic doctor", "check the settings of the environment"),
        ("bird-dynamic doctor --stack prod", "check the settings of the stack prod"),
        ("bird-dynamic doctor --writes", "check the permissions to create and delete too"),
        ("BIRD_LOG=debug bird-dynamic doctor", "show each request"),
    )
    audit = _add(
        commands,
        "audit",
        "check that every phone number with voice has a connector, an active channel, and a "
        "webhook that receives its calls",
        ("bird-dynamic audit", "check the workspace of the environment"),
        ("bird-dynamic audit --stack prod", "and show what the stack prod manages"),
        ("bird-dynamic audit --ignore +31612345678", "without the findings of a spare number"),
        ("bird-dynamic audit --strict --json", "for a machine: all is checked and complete, or 1"),
    )
    export.add_argument(
        "folder", type=_folder, help="folder to write to; must not contain a program"
    )
    export.add_argument(
        "--no-protect", action="store_true", help="do not protect the resources from deletion"
    )
    export.add_argument(
        "--import-file",
        action="store_true",
        help="write a program for the plugin: without adopt=, and with import.json for "
        "`pulumi import --file`",
    )
    for command in (export, doctor, audit):
        command.add_argument(
            "--stack",
            metavar="NAME",
            type=_stack,
            help="read the settings from the configuration of this stack of the project in the "
            "current folder, through the Pulumi CLI; the environment supplies what it lacks",
        )
    doctor.add_argument(
        "--writes",
        action="store_true",
        help="also check the permissions to create and delete, with requests that Bird must "
        "refuse: an empty create, and a delete of an unknown id",
    )
    audit.add_argument(
        "--ignore",
        metavar="NUMBER",
        type=_number,
        action="append",
        default=[],
        help="leave out the findings of this phone number; may be repeated",
    )
    audit.add_argument(
        "--strict",
        action="store_true",
        help="end with status 1 also if something could not be checked",
    )
    for command in (doctor, audit):
        command.add_argument(
            "--json", action="store_true", help="print one JSON document, without the access key"
        )
    return parser


def _folder(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty; write a name, such as phones")
    return text


def _number(text: str) -> str:
    if international(text) is None:
        raise argparse.ArgumentTypeError(f"must be a phone number with its country code; {FORM}")
    return text


def _stack(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty; write the name of a stack")
    return text


def _add(
    commands: argparse._SubParsersAction[Parser], name: str, does: str, *examples: tuple[str, str]
) -> Parser:
    description = f"{does[:1].upper()}{does[1:]}."
    return commands.add_parser(
        name, help=does, prog=f"bird-dynamic {name}", description=description, examples=examples
    )


def _invalid(*problems: str) -> int:
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 2


def _doctor(account: Account, key_source: str, writes: bool, as_json: bool) -> int:
    subject = Subject.of(account.settings, key_source, connect(account.settings))
    findings = examined(account, writes)
    if as_json:
        found = list(findings)
        document = {**subject.document(), "findings": [each.document() for each in found]}
        print(json.dumps(document, indent=2))
        return 0 if all(each.well for each in found) else 1
    print(f"{subject}\n", flush=True)
    well = True
    for finding in findings:
        # Each at once: the next one may take a while.
        print(finding, flush=True)
        well = well and finding.well
    return 0 if well else 1


def _audit(given: Given, options: argparse.Namespace) -> int:
    progress = Progress(sys.stderr)
    try:
        found = audit_of(given.settings, options.stack, options.ignore, progress.say)
    except ConfigurationError as error:
        return _invalid(f"{error}.")
    finally:
        progress.end()
    subject = Subject.of(given.settings, given.key_source, connect(given.settings))
    if options.json:
        print(json.dumps({**subject.document(), **found.document()}, indent=2))
    else:
        print(f"{subject}\n")
        for line in lines_of(found, Style.of(sys.stdout, os.environ)):
            print(line)
    is_proven = not (options.strict and found.not_checked)
    return 0 if found.is_complete and is_proven else 1


def _export(account: Account, folder: Path, protect: bool, to_import: bool) -> int:
    names = ("__main__.py", "Pulumi.yaml", "import.json")
    # A symlink counts, even one that leads nowhere: writing would create what it points to.
    existing = [name for name in names if os.path.lexists(folder / name)]
    if existing:
        return _invalid(f"{folder / existing[0]} already exists; choose another folder")
    if (problem := _folder_problem(folder)) is not None:
        return _invalid(f"{folder} {problem}; choose another folder")
    workspace = exported(account)
    files = written(workspace, protect, to_import, Installed.seen_from(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            # "x": never what somebody else has put there meanwhile.
            with open(folder / name, "x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        return _invalid(
            f"{error.filename or folder} cannot be written: {cause}; choose another folder"
        )
    count = len(workspace.resources)
    noun = "resource" if count == 1 else "resources"
    print(f"Wrote {count} {noun} to {folder / '__main__.py'}.")
    for remark in workspace.remarks:
        print(remark)
    then = (
        "`pulumi import --file import.json --generate-code=false`, `pulumi preview` (no changes)"
        if to_import
        else "`pulumi preview` (shows each adoption as a create), `pulumi up`; then remove every "
        "adopt="
    )
    print(f"Next, in {folder}: `pulumi stack init`, {then}.")
    return 0


def _folder_problem(folder: Path) -> str | None:
    """Why nothing can be written to a folder, which need not exist."""
    parent = next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
    if not parent.is_dir():
        return (
            "is not a folder" if parent == folder else f"cannot be made: {parent} is not a folder"
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        return "cannot be written: no permission"
    return None


if __name__ == "__main__":
    sys.exit(main())
