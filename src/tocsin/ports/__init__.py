"""The world as the rules and the engine see it: Protocols, and the values that cross them.

Adapters, notifiers and the desktop implement these; ``app`` hands them to the engine. Nothing here does anything.
"""

from tocsin.ports.asking import (
    SIGN_IN,
    Capability,
    Clock,
    FieldType,
    Http,
    HttpRequest,
    HttpResponse,
    LoadedSettings,
    Located,
    Poll,
    PollContext,
    Provider,
    ProviderField,
    SecretRef,
    Secrets,
    SettingsSource,
)
from tocsin.ports.keeping import (
    Batch,
    ConnectionRecord,
    Covered,
    LineHour,
    OutboxRow,
    OutboxState,
    Store,
    ThreadRef,
)
from tocsin.ports.measuring import Ask, Prober, Sleeps, Thrift
from tocsin.ports.signing_in import Browser, Prompted, SignsIn
from tocsin.ports.starting import Autostart
from tocsin.ports.telling import (
    Channel,
    Delivery,
    Dispatch,
    Event,
    OnEvent,
    Outgoing,
    Publish,
    Words,
)

__all__ = [
    "SIGN_IN",
    "Ask",
    "Autostart",
    "Batch",
    "Browser",
    "Capability",
    "Channel",
    "Clock",
    "ConnectionRecord",
    "Covered",
    "Delivery",
    "Dispatch",
    "Event",
    "FieldType",
    "Http",
    "HttpRequest",
    "HttpResponse",
    "LineHour",
    "LoadedSettings",
    "Located",
    "OnEvent",
    "OutboxRow",
    "OutboxState",
    "Outgoing",
    "Poll",
    "PollContext",
    "Prober",
    "Prompted",
    "Provider",
    "ProviderField",
    "Publish",
    "SecretRef",
    "Secrets",
    "SettingsSource",
    "SignsIn",
    "Sleeps",
    "Store",
    "ThreadRef",
    "Thrift",
    "Words",
]
