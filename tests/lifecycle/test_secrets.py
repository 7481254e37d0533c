"""No secret in any text that this package or the libraries below it make."""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import replace
from typing import Any

import pytest

from bird_dynamic.bird.errors import Answer, RejectedError
from bird_dynamic.bird.http import HttpTransport
from bird_dynamic.emulator import (
    ACCESS_KEY,
    WORKSPACE_ID,
    EmulatorServer,
    Fault,
    Reply,
    Request,
)
from bird_dynamic.lifecycle.connector import ConnectorLifecycle
from bird_dynamic.lifecycle.error_messages import OperationError, describing_errors
from bird_dynamic.lifecycle.redaction import printable, shortened, texts_in, without
from bird_dynamic.lifecycle.session import Account
from bird_dynamic.schema.voice_channel import VOICE_CHANNEL
from bird_dynamic.settings import Settings
from tests.support.world import NUMBER, World

CANARIES = ("canary/security+1", "canary/token+2")


def shown(text: str) -> list[str]:
    """The secrets that a text shows, plain or encoded."""
    return [each for each in (ACCESS_KEY, *CANARIES) if without(text, [each]) != text]


@pytest.mark.parametrize("faults", [(), (Fault("status", status=422, times=None),)])
@pytest.mark.parametrize("kind", ["reset", "garbage", "redirect"])
def test_no_log_no_error_and_no_representation_shows_a_secret(
    caplog: pytest.LogCaptureFixture, faults: tuple[Fault, ...], kind: str
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(ACCESS_KEY, WORKSPACE_ID)
    with EmulatorServer() as server:
        settings = Settings(ACCESS_KEY, WORKSPACE_ID, api_url=server.url, timeout=1.0)
        account = Account(settings, HttpTransport)
        lifecycle = ConnectorLifecycle(VOICE_CHANNEL, lambda profile: account)
        news: dict[str, Any] = {
            "phone_number_id": NUMBER,
            "name": "n",
            "security_arguments": {"scheme": {"key": CANARIES[0]}},
            "invitation_token": CANARIES[1],
        }
        server.emulator.faults = (*faults, Fault(kind, operation="create_connector", times=None))
        with pytest.raises(OperationError) as caught:
            lifecycle.create(lifecycle.check({}, news).inputs)
        journal = str(server.emulator.journal)
    _, session = account.open(VOICE_CHANNEL, {})
    everything = {
        "log": caplog.text,
        "error": "".join(traceback.format_exception(caught.value)),
        "representations": " ".join(
            map(
                repr,
                (settings, account, lifecycle, session, session.collection.client, caught.value),
            )
        ),
        "journal": journal,
    }
    assert "/connectors" in everything["log"]
    assert {where: shown(text) for where, text in everything.items() if shown(text)} == {}


def test_the_search_would_find_a_secret_however_it_is_written() -> None:
    for text in (ACCESS_KEY, "canary%2Fsecurity%2B1", "Y2FuYXJ5L3Rva2VuKzI="):
        assert len(shown(f"before {text} after")) == 1


def test_texts_are_found_at_any_depth() -> None:
    assert list(texts_in({"a": ["b", {"c": ("d", 1, None, True)}]})) == ["b", "d", "1"]


def test_a_text_too_short_to_be_told_apart_is_left() -> None:
    assert without("a cat", ["a"]) == "a cat"


def test_a_secret_inside_a_longer_one_leaves_nothing_of_it() -> None:
    assert without("the key: abcdef-123", ["abcd", "abcdef-123", "f-12"]) == "the key: [secret]"


def test_a_secret_in_a_long_message_is_not_cut_in_two() -> None:
    secret = "canary" * 40
    for before in range(560, 620):
        text = shortened(without("x" * before + secret + "y" * 900, [secret]))
        assert "canary" not in text
        assert len(text) < 1300


def test_a_message_of_twelve_hundred_characters_is_whole_and_a_longer_one_loses_its_middle() -> (
    None
):
    assert shortened("x" * 1200) == "x" * 1200
    assert shortened("a" * 600 + "b" + "c" * 600) == "a" * 600 + " … " + "c" * 600


def test_a_secret_of_four_characters_is_hidden_however_it_is_encoded() -> None:
    for shown in ('a/"b', 'a/\\"b', "a%2F%22b", "YS8iYg=="):
        assert without(f"<{shown}>", ['a/"b']) == "<[secret]>"
    assert without("<abc>", ["abc"]) == "<abc>"


def test_a_number_that_is_secret_is_kept_out_of_birds_own_words() -> None:
    def explain() -> None:
        answer = Answer(422, details={".securityArguments.pin": ("987654321 is no pin",)})
        hidden = texts_in({"pin": 987654321})
        with describing_errors("Creating", VOICE_CHANNEL, Settings(ACCESS_KEY), lambda: hidden):
            raise RejectedError(answer)

    with pytest.raises(OperationError) as caught:
        explain()
    assert "987654321" not in str(caught.value)
    assert "[secret] is no pin" in str(caught.value)


def test_what_bird_says_does_not_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\r\nc\u009bd\u202ee") == "a [2Jb  c d e"
    assert printable("Ünï 電話 ok") == "Ünï 電話 ok"


@pytest.mark.usefixtures("any_dialect")
def test_the_access_key_is_kept_out_of_what_bird_says_of_a_create() -> None:
    world = World()
    handle = world.emulator.handle

    def repeating(request: Request) -> Reply:
        reply = handle(request)
        if request.method != "POST":
            return reply
        said = {"code": "InvalidPayload", "message": f"not for {ACCESS_KEY}, which is known"}
        body = json.dumps(said).encode()
        return replace(reply, response=replace(reply.response, status=422, body=body))

    world.emulator.handle = repeating  # type: ignore[method-assign]
    with pytest.raises(OperationError, match=r"not for .*, which is known") as caught:
        world.run().create(world.inputs())
    assert ACCESS_KEY not in str(caught.value)


def test_the_old_signing_key_of_an_update_is_hidden_too() -> None:
    lifecycle = World().run()
    old, new = "old-signing-key", "new-signing-key"
    describing = lifecycle._describing_errors(
        "Updating", {"invitation_token": new}, NUMBER, old={"invitation_token": old}
    )
    with pytest.raises(OperationError) as caught, describing:
        raise RejectedError(Answer(422, "Invalid", f"{old} is not {new}"))
    assert "signing" not in str(caught.value)
