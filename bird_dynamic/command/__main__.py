"""`bird-dynamic export` and `bird-dynamic doctor`.

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
from bird_dynamic.command.doctor import Subject, examined
from bird_dynamic.command.export import Installed, exported, written
from bird_dynamic.command.stack import configuration_of, project_of
from bird_dynamic.lifecycle.redaction import printable
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.settings import (
    ACCESS_KEY,
    DEFAULT_PROFILE,
    WORKSPACE_ID,
    Setting,
    gather,
    logs_requests,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    return ending_quietly(lambda: _main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    given = _parser().parse_args(arguments)
    try:
        configuration = configuration_of(given.stack) if given.stack is not None else {}
    except ConfigurationError as error:
        return _invalid(f"{error}.")
    project = project_of(Path.cwd()) if given.stack is not None else ""
    settings = gather(configuration.get, keys=configuration.keys(), project=project)
    problems = [*settings.problems, *dict(settings.location_problems).values()]
    is_told = settings.location_problems or WORKSPACE_ID.key in settings.misspelled
    if not settings.workspace_id and not is_told:
        problems.append(settings.unset_text(WORKSPACE_ID.key))
    if problems:
        if given.stack is None:
            unset = {
                f"{ACCESS_KEY.names()}: {ACCESS_KEY.problem_of('')}": ACCESS_KEY,
                settings.unset_text(WORKSPACE_ID.key): WORKSPACE_ID,
            }
            problems = [
                _without_stack(unset[each], given.command) if each in unset else each
                for each in problems
            ]
        return _invalid(*problems)
    account = Account(settings, connect)
    try:
        with _log_as_asked(os.environ):
            if given.command == "doctor":
                key_source = _key_source(configuration, given.stack)
                return _doctor(account, key_source, given.writes, given.json)
            return _export(account, Path(given.folder), not given.no_protect, given.import_file)
    except BirdError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _without_stack(setting: Setting, command: str) -> str:
    return (
        f"{setting.names()}: is not set. Export {setting.variable}, or read the configuration of a "
        f"stack: `bird-dynamic {command} --stack NAME`."
    )


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
        "Export a Bird workspace as a Pulumi program, and check an access key. "
        "Settings come from the environment (BIRD_ACCESS_KEY, BIRD_WORKSPACE_ID, "
        "BIRD_ORGANIZATION_ID, BIRD_API_URL), or with --stack from a stack's configuration.",
        (
            ("bird-dynamic doctor", "check the settings of the environment"),
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
    for command in (export, doctor):
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
    doctor.add_argument(
        "--json", action="store_true", help="print one JSON document, without the access key"
    )
    return parser


def _folder(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty; write a name, such as phones")
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


def _key_source(configuration: Mapping[str, str], stack: str | None) -> str:
    key = f"{DEFAULT_PROFILE}:{ACCESS_KEY.key}"
    if configuration.get(key):
        return f"the configuration of stack {stack} ({key})"
    return f"the environment ({ACCESS_KEY.variable})"


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
