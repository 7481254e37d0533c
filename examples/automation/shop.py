"""What a shop that rents out phone lines runs when a customer comes, and when one goes.

    python shop.py open acme --workspace WORKSPACE_ID --number +3197010200001 --state customers
    python shop.py close acme --state customers

Every customer is a stack; all of their states are in one folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pulumi
from pulumi import automation

from bird_dynamic import VoiceChannel, get_phone_number


def open_line(customer: str, workspace_id: str, number: str, folder: Path) -> str:
    """Set the customer's workspace up, or see that it is as it should be; the channel's id."""

    def program() -> None:
        phone_number = get_phone_number(number=number, workspace_id=workspace_id)
        line = VoiceChannel("line", phone_number_id=phone_number.id, workspace_id=workspace_id)
        pulumi.export("channel_id", line.channel_id)

    return str(stack_of(customer, folder, program).up().outputs["channel_id"].value)


def close_line(customer: str, folder: Path) -> None:
    """Tear down whatever the customer has, and forget the customer."""
    stack_of(customer, folder, lambda: None).destroy(remove=True)


def stack_of(customer: str, folder: Path, program: automation.PulumiFn) -> automation.Stack:
    """The stack of a customer, new or not."""
    folder.mkdir(parents=True, exist_ok=True)
    python = automation.ProjectRuntimeInfo("python", {"virtualenv": sys.prefix})
    return automation.create_or_select_stack(
        stack_name=customer,
        project_name="shop",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(folder),
            env_vars={"PULUMI_BACKEND_URL": folder.resolve().as_uri()},
            project_settings=automation.ProjectSettings("shop", python),
        ),
    )


def main() -> None:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("action", choices=["open", "close"])
    parser.add_argument("customer")
    parser.add_argument("--workspace", help="id of the customer's workspace")
    parser.add_argument("--number", help="phone number of that workspace")
    parser.add_argument("--state", type=Path, required=True, help="folder of all states")
    given = parser.parse_args()
    if given.action == "open":
        print(open_line(given.customer, given.workspace, given.number, given.state))
    else:
        close_line(given.customer, given.state)


if __name__ == "__main__":
    main()
