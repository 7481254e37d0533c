"""What the comparison of two schemas names: all that breaks a program, and nothing else."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bird_dynamic.providers.schema import schema
from tools.compare_schemas import breaks, may_break

ROOT = Path(__file__).parents[2]
Schema = dict[str, Any]
CHANNEL = "bird:index:VoiceChannel"
NUMBER = "bird:index:getPhoneNumber"


def resource(of: Schema) -> Any:
    return of["resources"][CHANNEL]


def function(of: Schema) -> Any:
    return of["functions"][NUMBER]


def type_of(of: Schema, name: str) -> Any:
    return of["types"][f"bird:index:{name}"]


BREAKS: dict[str, Callable[[Schema], object]] = {
    f"resource {CHANNEL}: is gone": lambda new: new["resources"].pop(CHANNEL),
    f"resource {CHANNEL}: the input name is gone": lambda new: resource(new)["inputProperties"].pop(
        "name"
    ),
    f'resource {CHANNEL}: the input name was {{"type": "string"}} and is {{"type": "number"}}': (
        lambda new: resource(new)["inputProperties"]["name"].update(type="number")
    ),
    f"resource {CHANNEL}: the input name is required now": lambda new: resource(new)[
        "requiredInputs"
    ].append("name"),
    f"resource {CHANNEL}: the input line is required now": lambda new: (
        resource(new)["inputProperties"].update(line={"type": "string"}),
        resource(new)["requiredInputs"].append("line"),
    ),
    f"resource {CHANNEL}: the property channelId is gone": lambda new: (
        resource(new)["properties"].pop("channelId"),
        resource(new)["required"].remove("channelId"),
    ),
    f"resource {CHANNEL}: the property channelId may be missing now": lambda new: resource(new)[
        "required"
    ].remove("channelId"),
    f"function {NUMBER}: is gone": lambda new: new["functions"].pop(NUMBER),
    f"function {NUMBER}: the input number is gone": lambda new: function(new)["inputs"][
        "properties"
    ].pop("number"),
    f"function {NUMBER}: the input country is required now": lambda new: (
        function(new)["inputs"].setdefault("required", []).append("country")
    ),
    f"function {NUMBER}: the property id may be missing now": lambda new: function(new)["outputs"][
        "required"
    ].remove("id"),
    "type bird:index:WebhookService: the value channels is gone": lambda new: type_of(
        new, "WebhookService"
    )["enum"].remove(
        next(each for each in type_of(new, "WebhookService")["enum"] if each["value"] == "channels")
    ),
    "type bird:index:FoundConnector: the property name is gone": lambda new: type_of(
        new, "FoundConnector"
    )["properties"].pop("name"),
    "type bird:index:FoundConnector: the property connectorId may be missing now": lambda new: (
        type_of(new, "FoundConnector")["required"].remove("connectorId")
    ),
    "type bird:index:WebhookEventFilter: the property operator is required now": (
        lambda new: type_of(new, "WebhookEventFilter")["required"].append("operator")
    ),
    "type bird:index:WebhookStatus: is gone": lambda new: new["types"].pop(
        "bird:index:WebhookStatus"
    ),
    "configuration: the input timeout is gone": lambda new: new["config"]["variables"].pop(
        "timeout"
    ),
    "provider: the input timeout is gone": lambda new: new["provider"]["inputProperties"].pop(
        "timeout"
    ),
}
"""What is said of each change that breaks programs."""


@pytest.fixture
def old() -> Schema:
    # As it is written into its file: without what two places share in memory.
    return dict(json.loads(json.dumps(schema("0.1.0"))))


@pytest.mark.parametrize("said", BREAKS)
def test_a_change_that_breaks_programs_is_named_alone(said: str, old: Schema) -> None:
    new = copy.deepcopy(old)
    BREAKS[said](new)
    assert list(breaks(old, new)) == [said]


def test_what_is_added_breaks_nothing(old: Schema) -> None:
    new = copy.deepcopy(old)
    new["resources"]["bird:index:Fax"] = resource(new)
    new["functions"]["bird:index:getFax"] = function(new)
    new["types"]["bird:index:Paper"] = {"type": "string", "enum": [{"value": "a4"}]}
    resource(new)["inputProperties"]["colour"] = {"type": "string"}
    resource(new)["properties"]["colour"] = {"type": "string"}
    resource(new)["required"].append("colour")
    type_of(new, "FoundConnector")["properties"]["colour"] = {"type": "string"}
    type_of(new, "FoundConnector")["required"].append("colour")
    new["config"]["variables"]["paper"] = {"type": "string"}
    type_of(new, "WebhookService")["enum"].append({"value": "fax"})
    assert list(breaks(old, new)) == []


def test_what_no_program_depends_on_may_change(old: Schema) -> None:
    new = copy.deepcopy(old)
    name = resource(new)["inputProperties"]["name"]
    name.update(description="another", deprecationMessage="use another", default="x")
    new.update(publisher="Example Telecom", keywords=[])
    resource(new)["requiredInputs"].clear()
    assert list(breaks(old, new)) == []


@pytest.mark.parametrize(
    ("old_version", "new_version", "allowed"),
    [
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
        ("0.2.0", "0.1.0", False),
        ("0.9.3", "1.0.0", True),
        ("1.2.0", "1.3.0", False),
        ("1.2.0", "2.0.0", True),
        ("9.0.0", "10.0.0", True),
    ],
)
def test_only_a_version_that_says_so_may_break_programs(
    old_version: str, new_version: str, allowed: bool
) -> None:
    assert may_break(old_version, new_version) is allowed


@pytest.mark.parametrize(("version", "status"), [("0.1.1", 1), ("0.2.0", 0)])
def test_the_command_fails_unless_the_version_says_it(
    version: str, status: int, old: Schema, tmp_path: Path
) -> None:
    new = copy.deepcopy(old) | {"version": version}
    resource(new)["inputProperties"].pop("name")
    for name, each in (("old.json", old), ("new.json", new)):
        (tmp_path / name).write_text(json.dumps(each))
    command = [sys.executable, ROOT / "tools" / "compare_schemas.py", "old.json", "new.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert f"{CHANNEL}: the input name is gone" in done.stdout


def test_the_schema_in_docs_breaks_nothing_of_itself() -> None:
    command = ["make", "-s", "schema-compare", "OLD=docs/schema.json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("nothing breaks")) == (0, 1), done.stdout
