"""Examples of control requests, for the page of `bird-emulator`: what they do, and how to send
them. A test sends each one that is on the page."""

from __future__ import annotations

from collections.abc import Iterator

Example = tuple[str, str, str, str]
"""What it does, the method, the path after `/__emulator__/`, and the body as JSON."""
FAULTS: tuple[Example, ...] = (
    (
        "The answer to the next create is lost, although Bird carries it out:",
        "PUT",
        "faults",
        '[{"kind": "reset", "operation": "create_connector", "applied": true}]',
    ),
    (
        "The second and third listing of connectors are answered 503, with a header:",
        "PUT",
        "faults",
        '[{"kind": "status", "operation": "list_connectors", "nth": 2, "times": 2, "status": 503, '
        '"headers": {"X-Request-Id": "r-1"}}]',
    ),
    (
        "One answer of ten breaks off in the middle, and the others take two seconds:",
        "PUT",
        "faults",
        '[{"kind": "truncate", "times": null, "probability": 0.1}, '
        '{"kind": "latency", "times": null, "seconds": 2}]',
    ),
    (
        "More than five requests a second are answered 429, with `Retry-After` in seconds:",
        "PUT",
        "faults",
        '[{"kind": "throttle", "times": null, "rate": 5, "retry_after": "seconds"}]',
    ),
    (
        "A listing shows what there was 30 seconds ago, and the access key is refused from the "
        "tenth request on:",
        "PUT",
        "faults",
        '[{"kind": "stale_list", "times": null, "seconds": 30}, '
        '{"kind": "revoked", "nth": 10, "times": null}]',
    ),
    (
        "A webhook's receiver gets each event, and the emulator loses its first three answers:",
        "PUT",
        "faults",
        '[{"kind": "empty", "operation": "deliver", "times": 3, "applied": true}]',
    ),
    ("No more faults:", "DELETE", "faults", ""),
)
OPTIONS: tuple[Example, ...] = (
    (
        "A channel is ready after five reads of its connector, and Bird's clock is a minute ahead:",
        "PATCH",
        "options",
        '{"channel_after": 5, "clock_ahead": 60}',
    ),
    (
        "Bird adds an argument to each connector, and lists at most 10 items on a page:",
        "PATCH",
        "options",
        '{"added_arguments": {"region": "eu"}, "largest_page": 10}',
    ),
    (
        "Calls that a program starts are not answered, with two seconds between two statuses, and "
        "webhooks are repeated after as long as Bird waits:",
        "PATCH",
        "options",
        '{"call_outcome": "no-answer", "call_step": 2, "retry_scale": 1}',
    ),
    (
        "A second connector of a number is accepted, rows of a listing have null for what they do "
        "not know, and listings show signing keys:",
        "PATCH",
        "options",
        '{"allow_duplicates": true, "sparse_lists": true, "list_signing_keys": true}',
    ),
    (
        "A deleted connector is gone after ten seconds: a choice of the dialect, and an option:",
        "PATCH",
        "dialect",
        '{"delete_status": "202", "deletion": "later"}',
    ),
    ("", "PATCH", "options", '{"release_after": 10}'),
)
DASHBOARD: tuple[Example, ...] = (
    (
        "Somebody switches a channel off in Bird's dashboard (`CHANNEL_ID` is in the connector):",
        "PATCH",
        "channels/CHANNEL_ID",
        '{"status": "inactive"}',
    ),
    (
        "A call comes in, and nobody answers it:",
        "POST",
        "calls/incoming",
        '{"to": "+3197010200001", "from": "+3197010299999", "outcome": "no-answer"}',
    ),
    (
        "The webhooks for a host go to a program on this machine:",
        "PUT",
        "targets",
        '{"https://example.com": "http://127.0.0.1:5000"}',
    ),
)


def transcript(examples: tuple[Example, ...]) -> Iterator[str]:
    """The examples as lines of a console: what each does, and the command that sends it."""
    for effect, method, path, body in examples:
        if effect:
            yield f"# {effect}"
        # curl sends a body with POST.
        option = "" if method == "POST" else f"-X {method} "
        data = f"--json '{body}' \\\n    " if body else ""
        yield f"$ curl {option}{data}http://127.0.0.1:8080/__emulator__/{path}"
