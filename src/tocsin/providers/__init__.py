"""The status APIs, one file each. A provider is imported when an account first needs it, never before."""

from collections.abc import Callable
from importlib import import_module

from tocsin.domain.account import Account
from tocsin.ports import Provider

# key -> module and class; the order is the one in which they are listed.
_BUILT_IN: dict[str, tuple[str, str]] = {
    "statuspage": ("tocsin.providers.statuspage", "Statuspage"),
    "incidentio": ("tocsin.providers.incidentio", "IncidentIo"),
    "instatus": ("tocsin.providers.instatus", "Instatus"),
    "betterstack": ("tocsin.providers.betterstack", "BetterStack"),
    "statusio": ("tocsin.providers.statusio", "StatusIo"),
    "statuspal": ("tocsin.providers.statuspal", "StatusPal"),
    "sorry": ("tocsin.providers.sorry", "Sorry"),
    "cachet": ("tocsin.providers.cachet", "Cachet"),
    "uptimekuma": ("tocsin.providers.uptimekuma", "UptimeKuma"),
    "cstate": ("tocsin.providers.cstate", "CState"),
    "upptime": ("tocsin.providers.upptime", "Upptime"),
    "freshstatus": ("tocsin.providers.freshstatus", "Freshstatus"),
    "google": ("tocsin.providers.google", "Google"),
    "aws": ("tocsin.providers.aws", "Aws"),
    "m365": ("tocsin.providers.m365", "M365"),
    "slack": ("tocsin.providers.slack", "Slack"),
    "salesforce": ("tocsin.providers.salesforce", "Salesforce"),
    "tmf656": ("tocsin.providers.tmf656", "Tmf656"),
    "mef124": ("tocsin.providers.mef124", "Mef124"),
    "aussiebb": ("tocsin.providers.aussiebb", "Aussiebb"),
    "nbn": ("tocsin.providers.nbn", "Nbn"),
    "feed": ("tocsin.providers.feed", "Feed"),
    "json": ("tocsin.providers.json", "GenericJson"),
    "maintnote": ("tocsin.providers.maintnote", "Maintnote"),
    "alertmanager": ("tocsin.providers.alertmanager", "Alertmanager"),
    "line": ("tocsin.providers.line", "Line"),
}


def known() -> tuple[str, ...]:
    """The keys of all providers that can be configured."""
    return tuple(_BUILT_IN)


def load(key: str) -> type[Provider]:
    """The provider class of a key, imported now. Raises ``KeyError`` for a key that is not known."""
    module, name = _BUILT_IN[key]
    provider: type[Provider] = getattr(import_module(module), name)
    return provider


def contacts(kind: type[Provider], account: Account) -> tuple[str, ...]:
    """The addresses that an account of a provider makes it ask: its own, or those that the class names for it.

    The class's ``contacts`` is a static method. Raises ``PollFailed`` for an account that cannot be asked.
    """
    named: Callable[[Account], tuple[str, ...]] | None = getattr(kind, "contacts", None)
    return (account.url,) if named is None else named(account)


def login_origins(kind: type[Provider]) -> frozenset[str]:
    """Where else than to the account's own origin a provider's login goes; most classes declare none."""
    declared: frozenset[str] = getattr(kind, "login_origins", frozenset())
    return declared
