"""An isolated emulator for a test. See `bird_dynamic.testing`."""

from __future__ import annotations

from typing import Any

from bird_dynamic.emulator import (
    ACCESS_KEY,
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BirdEmulator,
    Dialect,
    EmulatorServer,
    PhoneNumber,
)


class EmulatedBird(EmulatorServer):
    """An emulated Bird, with one workspace, on a free port; a context manager.

    `url` is its address. `emulator` has the items, the requests so far (`journal`), and `faults`, a
    list of `Fault`s of `bird_dynamic.emulator` to inject. A `dialect` selects other answers where
    Bird's documentation is silent.
    """

    def __init__(
        self,
        emulator: BirdEmulator | None = None,
        *,
        port: int = 0,
        dialect: Dialect | None = None,
    ) -> None:
        super().__init__(emulator, port=port)
        if dialect is not None:
            self.emulator.dialect = dialect

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which a stack uses this emulator: for the `env` of
        `pulumi`, or the `env_vars` of the Automation API.

        Look-ups of an inline program run in the test's own process, and need them there.
        """
        return {
            "BIRD_API_URL": self.url,
            "BIRD_ACCESS_KEY": ACCESS_KEY,
            "BIRD_WORKSPACE_ID": WORKSPACE_ID,
            "BIRD_ORGANIZATION_ID": ORGANIZATION_ID,
        }

    @property
    def phone_numbers(self) -> list[PhoneNumber]:
        """The phone numbers of the workspace: the same ones in every test."""
        return list(self.emulator.store.numbers.values())

    @property
    def phone_number_ids(self) -> list[str]:
        """The ids of the voice-capable phone numbers."""
        return [each.id for each in self.phone_numbers if "voice" in each.capabilities]

    def items(self, kind: str) -> list[dict[str, Any]]:
        """The existing items of a kind, such as `connectors`, as Bird's API returns them."""
        return self.emulator.items(kind)

    def connectors(self) -> list[dict[str, Any]]:
        """The existing connectors, as Bird's API returns them."""
        return self.items("connectors")

    def webhook_subscriptions(self) -> list[dict[str, Any]]:
        """The existing webhook subscriptions, as Bird's API returns them."""
        return self.items("webhook-subscriptions")

    def calls(self) -> list[dict[str, Any]]:
        """The calls, as Bird's API returns them."""
        return self.items("calls")

    def deliver(self, public: str, local: str) -> None:
        """Send the webhooks for a public address, such as `https://example.com`, to a program on
        this machine, such as `http://127.0.0.1:5000`.

        Raises ValueError for an address that cannot be used, or that is not on this machine.
        """
        self.emulator.deliver(public, local)

    def incoming_call(
        self, to: str, from_: str | None = None, outcome: str = "completed"
    ) -> dict[str, Any]:
        """Call a phone number of the workspace, and return the call as Bird's API does. Its events
        are delivered to the webhook subscriptions that ask for them: see `deliveries`.

        `to`: a number such as `+3197010200001`. `from_`: who calls. `outcome`: `completed`,
        `no-answer`, `busy` or `failed`.

        Raises LostCallError, which says why, if the number has no voice channel, LookupError if it
        is not a number of the workspace, and ValueError for other wrong input.
        """
        given = {"to": to, "outcome": outcome, **({"from": from_} if from_ is not None else {})}
        return self.emulator.incoming_call(given)

    def deliveries(self, timeout: float = 10.0) -> list[dict[str, Any]]:
        """The deliveries to webhook subscriptions, oldest first: the body, the headers, the
        attempts with their answers, and the `status`: `succeeded`, `failed`, `pending`, `unmapped`
        (no local address was given for its URL, so it was not sent), or `unsubscribed` (no
        subscription asks for the event).

        Waits until no call and no delivery is under way, at most `timeout` seconds.
        """
        self.emulator.settled(timeout)
        return self.emulator.deliveries.shown()
