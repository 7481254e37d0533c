"""The plugin's List: what can be imported, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from bird_dynamic.emulator import ORGANIZATION_ID, WORKSPACE_ID, EmulatorServer, PhoneNumber
from tests.support.plugin_client import AbortedError, PluginClient, struct

if not hasattr(provider_pb2, "ListRequest"):
    pytest.skip("this SDK has no List", allow_module_level=True)


def listed(
    engine: PluginClient, type_name: str = "VoiceChannel", query: Any = None, **asked: Any
) -> tuple[list[str], str]:
    """The ids of a page, and the token of the next one."""
    request = provider_pb2.ListRequest(
        token=f"bird:index:{type_name}", query=struct(query or {}), **asked
    )
    answers = list(engine.plugin.List(request, engine.context))  # type: ignore[arg-type]
    kinds = [each.WhichOneof("response") for each in answers]
    assert "continuation" not in kinds[:-1]
    token = answers[-1].continuation.continuation_token if answers else ""
    return [each.result.id for each in answers if each.HasField("result")], token


def voices(bird: EmulatorServer, count: int) -> list[str]:
    return sorted(
        bird.emulator.add_connector(
            connectorTemplateRef="voice-messagebird:1",
            name=f"voice {index}",
            arguments={"phoneNumberId": PhoneNumber.made_up(index).id},
        )["id"]
        for index in range(count)
    )


def test_each_kind_of_a_collection_is_listed_by_itself(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    ids = voices(bird, 2)
    line = bird.emulator.add_connector(connectorTemplateRef="line:1", name="LINE")["id"]
    webhook = bird.emulator.add_webhook_subscription()["id"]
    assert listed(engine) == (ids, "")
    assert listed(engine, "Connector") == (sorted([*ids, line]), "")
    assert listed(engine, "WebhookSubscription") == ([webhook], "")


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
@pytest.mark.parametrize("limit", [0, 1, 3, 5, 9])
def test_pages_have_everything_once_up_to_the_limit(
    engine: PluginClient, bird: EmulatorServer, page_size: int, limit: int
) -> None:
    ids = voices(bird, 5)
    found, token = listed(engine, page_size=page_size, limit=limit)
    while token:
        page, token = listed(engine, page_size=page_size, limit=limit, continuation_token=token)
        assert 0 < len(page) <= page_size
        found += page
    assert found == ids[: limit or None]


def test_a_connector_that_is_deleted_between_two_pages_hides_no_other(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    ids = voices(bird, 5)
    first, token = listed(engine, page_size=2)
    bird.emulator.remove("connectors", first[1])
    rest, _ = listed(engine, continuation_token=token)
    assert [*first, *rest] == ids


def test_what_is_listed_elsewhere_has_an_id_that_an_import_understands(
    engine: PluginClient, bird: EmulatorServer
) -> None:
    (item_id,) = voices(bird, 1)
    (found,), _ = listed(engine, query={"workspaceId": WORKSPACE_ID})
    assert found == f"{WORKSPACE_ID}/{item_id}"
    webhook = bird.emulator.add_webhook_subscription()["id"]
    (found,), _ = listed(engine, "WebhookSubscription", {"organizationId": ORGANIZATION_ID})
    assert found == f"{ORGANIZATION_ID}/{WORKSPACE_ID}/{webhook}"
    request = provider_pb2.ReadRequest(
        id=found, urn="urn:pulumi:dev::phones::bird:index:WebhookSubscription::calls"
    )
    assert engine.call("Read", request).id == webhook


def test_an_unknown_query_is_not_computed(engine: PluginClient, bird: EmulatorServer) -> None:
    request = provider_pb2.ListRequest(
        token="bird:index:Connector", query=struct({"workspaceId": rpc.UNKNOWN})
    )
    (answer,) = engine.plugin.List(request, engine.context)  # type: ignore[arg-type]
    assert answer.HasField("computed")
    assert not bird.emulator.journal


@pytest.mark.parametrize(
    ("type_name", "query", "asked", "says"),
    [
        ("Nothing", {}, {}, "unknown resource type Nothing"),
        ("Connector", {"name": "x"}, {}, "the query cannot contain name; it may contain worksp"),
        ("Connector", {"workspaceId": "x"}, {}, r"workspace_id \(workspaceId\): it is not a UUID"),
        ("Connector", {}, {"continuation_token": "x"}, "continuation token is not one of this"),
    ],
)
def test_a_wrong_request_is_refused(
    engine: PluginClient, type_name: str, query: Any, asked: Any, says: str
) -> None:
    with pytest.raises(AbortedError, match=says):
        listed(engine, type_name, query, **asked)
