"""Controls a running emulator over HTTP, under paths that Bird does not have.

GET    /health                          whether it is running, and its version
GET    /__emulator__/                   a page for a browser, with its files
GET    /__emulator__/state              all that the page shows, without secrets
GET    /__emulator__/events             what happens from now on, as server-sent events (`streams`)
POST   /__emulator__/reset              an empty workspace, an empty journal, no faults
GET    /__emulator__/journal            the requests so far
DELETE /__emulator__/journal            clear the journal
GET    /__emulator__/faults             the active faults
PUT    /__emulator__/faults             replace the faults: a list of `Fault`s as objects
DELETE /__emulator__/faults             remove all faults
GET    /__emulator__/options            the options
PATCH  /__emulator__/options            change options
GET    /__emulator__/dialect            the dialect
PUT    /__emulator__/dialect            replace the dialect; other questions get their default
PATCH  /__emulator__/dialect            change choices of the dialect
POST   /__emulator__/calls/incoming      call a number of the workspace: `to`, `from`, `outcome`
GET    /__emulator__/deliveries         the newest deliveries to webhook subscriptions; `limit`
DELETE /__emulator__/deliveries         forget all deliveries
GET    /__emulator__/targets            the local address for each public one
PUT    /__emulator__/targets            replace them, as an object
PATCH  /__emulator__/targets            add some
GET    /__emulator__/{kind}             the existing items of a kind
POST   /__emulator__/{kind}             create an item as in Bird's dashboard
PATCH  /__emulator__/{kind}/{id}        change an item as in Bird's dashboard
DELETE /__emulator__/{kind}/{id}        delete an item as in Bird's dashboard

A kind is one of `KINDS`, such as `connectors` or `webhook-subscriptions`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

from bird_dynamic._version import package_version
from bird_dynamic.emulator.api import KINDS
from bird_dynamic.emulator.checks import demand, mapping, several, text
from bird_dynamic.emulator.core import BirdEmulator
from bird_dynamic.emulator.delivering.targets import Targets
from bird_dynamic.emulator.dialect import Dialect
from bird_dynamic.emulator.faults import Fault, check_fault
from bird_dynamic.emulator.json_body import parsed
from bird_dynamic.emulator.messages import Request, Response, check_options
from bird_dynamic.emulator.redaction import redacted
from bird_dynamic.emulator.serving.overview import overview
from bird_dynamic.emulator.serving.page import HEADERS, file_response, is_file
from bird_dynamic.emulator.store import StateFileError

PATHS = (
    "GET state, GET events, POST reset, GET and DELETE journal, GET, PUT and DELETE faults, GET "
    "and PATCH options, GET, PUT and PATCH dialect, POST calls/incoming, GET and DELETE "
    "deliveries, GET, PUT and PATCH targets, GET and POST KIND, PATCH and DELETE KIND/ID; a KIND "
    "is one of "
    f"{', '.join(KINDS)}"
)
CONTROL = "/__emulator__/"
_WITHOUT_SLASH = CONTROL.rstrip("/")
HEALTH = "/health"
SHOWN = 1000
"""Deliveries that are listed, unless a `limit` is given."""
LONGEST_MESSAGE = 1000
"""In characters: a message may quote the request."""


def is_control(path: str) -> bool:
    """Whether a path is one of the emulator, and not of Bird."""
    return path in (HEALTH, _WITHOUT_SLASH) or path.startswith(CONTROL)


def is_page(request: Request) -> bool:
    """Whether a request opens the page of the emulator, which has no data and carries out
    nothing."""
    return request.method in ("GET", "HEAD") and request.path in (CONTROL, _WITHOUT_SLASH)


def refusal_from_elsewhere(request: Request) -> str | None:
    """Why a control request of another machine is refused; None if not. Deliveries reach what
    listens on this machine alone, so nobody else may choose where they go."""
    if request.method in ("PUT", "PATCH") and request.path == f"{CONTROL}targets":
        return (
            "targets can be changed by programs on the machine of the emulator only; start it with "
            "--deliver instead"
        )
    return None


def control(emulator: BirdEmulator, request: Request) -> Response:
    """Answer one control request."""
    if request.path == HEALTH:
        return _health(request.method)
    if request.path == _WITHOUT_SLASH:
        return Response(308, {**HEADERS, "Location": CONTROL})
    what, _, thing_id = request.path.removeprefix(CONTROL).partition("/")
    if request.method in ("GET", "HEAD") and not thing_id and is_file(what):
        return file_response(what)
    try:
        body = parsed(request.body) if request.body else None
        return _response(200, _carry_out(emulator, request, what, thing_id, body))
    except LookupError as error:
        return message(404, f"not found: {error}")
    except ValueError as error:
        return message(422, str(error))
    except StateFileError as error:
        return message(500, str(error))


def message(status: int, text: str) -> Response:
    """The answer to a control request that is not carried out."""
    return _response(status, {"message": text[:LONGEST_MESSAGE]})


def _carry_out(
    emulator: BirdEmulator, request: Request, what: str, thing_id: str, body: Any
) -> Any:
    method = request.method
    match method, what, thing_id:
        case "POST", "reset", "":
            emulator.reset()
        case "DELETE", "faults", "":
            emulator.faults = ()
        case "GET", "journal", "":
            return list(emulator.journal)
        case "DELETE", "journal", "":
            emulator.journal.clear()
            emulator.feed.publish("reset", {})
        case "GET", "faults", "":
            return [asdict(fault) for fault in emulator.faults]
        case "PUT", "faults", "":
            demand(several(check_fault), body)
            emulator.faults = tuple(Fault(**each) for each in body)
        case "GET", "state", "":
            return overview(emulator)
        case "GET", "options", "":
            return asdict(emulator.options)
        case "PATCH", "options", "":
            demand(check_options, body)
            emulator.options = replace(emulator.options, **body)
            emulator.feed.publish("options", redacted(asdict(emulator.options)))
        case "GET", "dialect", "":
            return asdict(emulator.dialect)
        case (("PUT" | "PATCH"), "dialect", ""):
            demand(mapping(), body)
            kept = asdict(emulator.dialect) if method == "PATCH" else {}
            emulator.dialect = Dialect.of({**kept, **body})
            emulator.feed.publish("dialect", asdict(emulator.dialect))
        case "POST", "calls", "incoming":
            demand(mapping(), body)
            return emulator.incoming_call(body)
        case "GET", "deliveries", "":
            return emulator.deliveries.shown(_limit(request))
        case "DELETE", "deliveries", "":
            emulator.deliveries.clear()
            emulator.feed.publish("reset", {})
        case "GET", "targets", "":
            return emulator.deliveries.targets.shown()
        case (("PUT" | "PATCH"), "targets", ""):
            demand(mapping(text()), body)
            kept = emulator.deliveries.targets.shown() if method == "PATCH" else {}
            emulator.deliveries.targets = Targets({**kept, **body})
            emulator.feed.publish("targets", emulator.deliveries.targets.shown())
        case "GET", _, "" if what in KINDS:
            return emulator.items(what)
        case "POST", _, "" if what in KINDS:
            demand(mapping(), body)
            return emulator.add(what, **body)
        case "PATCH", _, _ if what in KINDS:
            demand(mapping(), body)
            emulator.change(what, thing_id, **body)
        case "DELETE", _, _ if what in KINDS:
            emulator.remove(what, thing_id)
        case _:
            raise LookupError(f"{method} {what}; there are {PATHS}")
    return {}


def _limit(request: Request) -> int:
    limit = request.values("limit") or [str(SHOWN)]
    if not re.fullmatch(r"[1-9][0-9]{0,5}", limit[-1]):
        raise ValueError(f"limit: must be a whole number from 1 to 999999, not {limit[-1]!r}")
    return int(limit[-1])


def _health(method: str) -> Response:
    if method not in ("GET", "HEAD"):
        refused = message(405, f"{method} {HEALTH} is not possible; use GET")
        return replace(refused, headers={**refused.headers, "Allow": "GET, HEAD"})
    return _response(200, {"status": "ok", "version": package_version(), "emulated": True})


def _response(status: int, body: Any) -> Response:
    return Response(
        status, {"Content-Type": "application/json", **HEADERS}, json.dumps(body).encode()
    )
