"""The handler is rung through the emulator: what it notes, and what it refuses."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path

import pytest
import requests
from handler import calls, create_app
from pulumi import automation
from werkzeug.serving import make_server

from bird_dynamic.emulator import Fault
from bird_dynamic.testing import EmulatedBird, LostCallError

NUMBER = "+3197010200001"
PUBLIC = "https://example.com"
URL = f"{PUBLIC}/calls"
KEY = "the-key-of-the-stack"


def program() -> None:
    run_path(str(Path(__file__).with_name("__main__.py")))


@pytest.fixture(scope="module")
def bird() -> Iterator[EmulatedBird]:
    """One for all tests here: they share the line."""
    with EmulatedBird() as running:
        yield running


@pytest.fixture(scope="module")
def stack(
    bird: EmulatedBird, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[automation.Stack]:
    """The program beside this file, up on the emulator; its subscriptions sign with `KEY`."""
    with pytest.raises(LostCallError, match="has no voice channel"):
        bird.incoming_call(NUMBER)
    folder = tmp_path_factory.mktemp("stack")
    configuration = {"number": NUMBER, "url": URL, "signingKey": KEY}
    configuration = {f"answering-calls:{key}": value for key, value in configuration.items()}
    made = automation.create_stack(
        stack_name="test",
        project_name="answering-calls",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=str(folder),
            env_vars={
                **bird.environment,
                "PULUMI_BACKEND_URL": folder.as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "test",
            },
            project_settings=automation.ProjectSettings(
                "answering-calls",
                automation.ProjectRuntimeInfo("python", {"virtualenv": sys.prefix}),
            ),
            stack_settings={"test": automation.StackSettings(config=configuration)},
        ),
    )
    with pytest.MonkeyPatch.context() as patched:
        # The look-up of an inline program runs in this process.
        for name, value in bird.environment.items():
            patched.setenv(name, value)
        made.up()
        yield made
        made.destroy()
    assert bird.connectors() == bird.webhook_subscriptions() == []


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "calls.db")


@contextmanager
def handling(bird: EmulatedBird, database: str, url: str = URL, keys: str = KEY) -> Iterator[str]:
    """The handler, where the emulator delivers to; its local address."""
    server = make_server("127.0.0.1", 0, create_app(url, keys, database), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    bird.deliver(PUBLIC, address)
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answers(bird: EmulatedBird, call_id: str) -> list[int | None]:
    """What the handler answered to the first attempt of each event of a call."""
    until = time.monotonic() + 10
    while True:
        told = [each for each in bird.deliveries(timeout=0) if each["subject"] == call_id]
        if all(each["attempts"] for each in told) or time.monotonic() > until:
            return [each["attempts"][0]["status"] for each in told]
        time.sleep(0.02)


@pytest.mark.usefixtures("stack")
def test_a_call_is_noted_until_its_end(bird: EmulatedBird, database: str) -> None:
    with handling(bird, database):
        answered = bird.incoming_call(NUMBER, from_="+12025550123")
        missed = bird.incoming_call(NUMBER, from_="+12025550124", outcome="no-answer")
        assert answers(bird, answered["id"]) == [204] * 4
        assert answers(bird, missed["id"]) == [204] * 3
    assert {each[:3] for each in calls(database)} == {
        (answered["id"], "completed", "+12025550123"),
        (missed["id"], "no-answer", "+12025550124"),
    }


@pytest.mark.usefixtures("stack")
def test_a_call_that_the_application_makes_is_noted_too(bird: EmulatedBird, database: str) -> None:
    settings = bird.environment
    workspace = f"{settings['BIRD_API_URL']}/workspaces/{settings['BIRD_WORKSPACE_ID']}"
    (channel,) = bird.items("channels")
    with handling(bird, database):
        started = requests.post(
            f"{workspace}/channels/{channel['id']}/calls",
            json={"to": "+12025550123"},
            headers={"Authorization": f"AccessKey {settings['BIRD_ACCESS_KEY']}"},
            timeout=10,
        ).json()
        assert answers(bird, started["id"]) == [204] * 5
    (noted,) = calls(database)
    assert (noted[0], noted[1], noted[4]) == (started["id"], "completed", "outgoing")


@pytest.mark.usefixtures("stack")
def test_another_address_than_the_one_of_the_subscription_is_refused(
    bird: EmulatedBird, database: str
) -> None:
    with handling(bird, database, url="https://phones.example.com/calls"):
        call = bird.incoming_call(NUMBER)
        assert answers(bird, call["id"]) == [401] * 4
    assert calls(database) == []
    # Bird repeats them; once CALLS_URL is that of the subscription again, nothing is missing.
    with handling(bird, database):
        bird.deliveries()
    assert [each[:2] for each in calls(database)] == [(call["id"], "completed")]


@pytest.mark.usefixtures("stack")
def test_an_event_that_arrives_twice_is_noted_once(bird: EmulatedBird, database: str) -> None:
    with handling(bird, database) as address:
        # The answer to the first event is lost, so Bird repeats it, after later ones.
        bird.emulator.faults = [Fault("reset", operation="deliver", applied=True)]
        call = bird.incoming_call(NUMBER)
        assert answers(bird, call["id"]) == [None, 204, 204, 204]
        assert [each[:2] for each in calls(database)] == [(call["id"], "completed")]
        # Somebody who has seen a delivery sends it again: it is Bird's, and says nothing new.
        seen = next(each for each in bird.deliveries() if each["subject"] == call["id"])
        replayed = requests.post(
            f"{address}/calls", seen["body"], headers=seen["headers"], timeout=10
        )
        assert replayed.status_code == 204
        assert [each[:2] for each in calls(database)] == [(call["id"], "completed")]


@pytest.mark.usefixtures("stack")
def test_what_bird_has_not_signed_is_refused(bird: EmulatedBird, database: str) -> None:
    with handling(bird, database) as address:
        call = bird.incoming_call(NUMBER)
        bird.deliveries()
        seen = next(each for each in bird.deliveries() if each["subject"] == call["id"])
        forged = seen["body"].replace("starting", "no-answer")
        for body, headers in ((seen["body"], {}), (forged, seen["headers"])):
            assert (
                requests.post(f"{address}/calls", body, headers=headers, timeout=10).status_code
                == 401
            )
        # A week ago: it is too old to be one of Bird's repetitions.
        bird.emulator.options.clock_ahead = -7 * 24 * 3600
        old = bird.incoming_call(NUMBER)
        assert answers(bird, old["id"]) == [401] * 4
        bird.emulator.options.clock_ahead = 0
        bird.emulator.deliveries.clear()
    assert [each[:2] for each in calls(database)] == [(call["id"], "completed")]


def test_a_new_key_takes_the_place_of_an_old_one_and_no_event_is_lost(
    bird: EmulatedBird, stack: automation.Stack, database: str
) -> None:
    with handling(bird, database, keys="what-somebody-remembers"):
        first = bird.incoming_call(NUMBER)
        assert answers(bird, first["id"]) == [401] * 4
    subscriptions = {each["id"] for each in bird.webhook_subscriptions()}
    # What Bird repeats is signed with the old key.
    with handling(bird, database, keys=f"{KEY} a-new-key"):
        bird.deliveries(30)
        stack.set_config("signingKey", automation.ConfigValue("a-new-key", secret=True))
        stack.up()
        second = bird.incoming_call(NUMBER)
        assert answers(bird, second["id"]) == [204] * 4
    assert {each["id"] for each in bird.webhook_subscriptions()} == subscriptions
    noted = {(first["id"], "completed"), (second["id"], "completed")}
    assert {each[:2] for each in calls(database)} == noted

    # Who has only the old key hears nothing any more.
    with handling(bird, database, keys=KEY):
        assert answers(bird, bird.incoming_call(NUMBER)["id"]) == [401] * 4
        bird.emulator.deliveries.clear()
    assert {each[:2] for each in calls(database)} == noted
