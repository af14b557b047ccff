"""What the engine is fitted with on this system: the record, the line's gauges, the browser, the start with it.

Nothing here is imported before the icon is out, and of each thing nothing before it is wanted.
"""

import logging
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.message import Fault, Message
from tocsin.errors import EnvironmentFault, StoreError, StoreTooNew
from tocsin.ports import (
    Autostart,
    Browser,
    Clock,
    HttpRequest,
    HttpResponse,
    Located,
    PollContext,
    Secrets,
    SignsIn,
    Store,
)

if TYPE_CHECKING:
    from tocsin.adapters.http import HttpClient
    from tocsin.adapters.profile import Profile
    from tocsin.engine.line_watch import Gauges
    from tocsin.providers.registry import Registry
    from tocsin.providers.sign_in_server import Search
    from tocsin.words.phrasebook import Phrasebook

_LOG = logging.getLogger(__name__)


def signs_in(
    http: "HttpClient",
    secrets: Secrets,
    clock: Clock,
    browser: Browser | None,
    words: "Callable[[str | None], Phrasebook]",
) -> SignsIn:
    """How a person signs in; where no browser is given the address is told."""
    from tocsin.adapters.signin_person import PersonSignsIn
    from tocsin.words.signing_in import pages

    return PersonSignsIn(http.oauth, secrets, clock, browser or _no_browser, lambda language: pages(words(language)))


def _no_browser(_: str) -> bool:
    return False


def gauges(clock: Clock, policy: LinePolicy, http: "HttpClient") -> "Gauges":
    """What the line is measured with. Probes believe whom the polls believe, by the settings as they are then."""
    from tocsin.adapters.line_prober import LineProber
    from tocsin.adapters.probe_proxied import is_proxied
    from tocsin.adapters.sleeping import system_sleeps
    from tocsin.adapters.thrift import system_thrift
    from tocsin.engine.line_watch import Gauges

    prober = LineProber(
        clock, network=lambda: http.network, is_proxied=lambda targets: is_proxied(http.network, targets)
    )
    return Gauges(prober, system_sleeps(), system_thrift(), policy)


def autostart(profile: "Profile | None", environ: Mapping[str, str]) -> Autostart | None:
    """How a profile starts with the computer; None where nobody knows."""
    if profile is None:
        return None
    from tocsin.adapters.autostart import system_autostart

    try:
        return system_autostart(profile, environ)
    except EnvironmentFault:
        _LOG.exception("it is not known how to start with the computer")
        return None


def detected(registry: "Registry", context: PollContext) -> Generator[HttpRequest, HttpResponse, Located]:
    """The provider that answers at an account's address."""
    from tocsin.providers.detect import detect

    found = yield from detect(context, registry.make, registry.known())
    return Located(found.key, found.url)


def addresses(address: str, now: datetime) -> "Search":
    """The addresses of the sign-in server at an address."""
    from tocsin.providers.sign_in_server import find

    return find(address, now)


def record(profile: "Profile | None", now: datetime) -> tuple[Store | None, tuple[Fault, ...]]:
    """The record on disk; where it cannot be had, none and the fault that says why."""
    from tocsin.adapters.store import open_store

    if profile is None:
        return None, ()
    try:
        opened = open_store(profile.data, migrate=True, now=now)
    except StoreTooNew:
        _LOG.exception("the record is of a newer version")
        return None, (_fault("store_too_new", record=str(profile.data)),)
    except StoreError as error:
        _LOG.exception("the record cannot be opened")
        return None, (_fault("store", problem=str(error)),)
    if opened.set_aside is None:
        return opened.store, ()
    return opened.store, (_fault("store_damaged", backup=str(opened.set_aside)),)


def _fault(key: str, **values: str) -> Fault:
    return Fault(Message(key, MappingProxyType(dict(values))))
