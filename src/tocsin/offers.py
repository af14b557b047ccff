"""What can be watched, from the catalogue and the list of providers: what the assistant offers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from tocsin.domain.account import LINE_PROVIDER
from tocsin.ports.offering import Offer

if TYPE_CHECKING:
    from tocsin.domain.options import OptionMistake
    from tocsin.ports import ProviderField
    from tocsin.providers.catalogue import Entry
    from tocsin.providers.registry import Registry

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "statuspage": "Statuspage",
        "incidentio": "incident.io",
        "instatus": "Instatus",
        "betterstack": "Better Stack",
        "statusio": "Status.io",
        "statuspal": "StatusPal",
        "sorry": "Sorry",
        "cachet": "Cachet",
        "uptimekuma": "Uptime Kuma",
        "cstate": "cState",
        "upptime": "Upptime",
        "freshstatus": "Freshstatus",
        "google": "Google Cloud, Workspace, Maps, Ads",
        "aws": "Amazon Web Services",
        "m365": "Microsoft 365 service health",
        "slack": "Slack",
        "salesforce": "Salesforce Trust",
        "tmf656": "TMF656 Service Problem",
        "mef124": "MEF 124 incidents",
        "aussiebb": "Aussie Broadband",
        "nbn": "NBN network status",
        "feed": "RSS or Atom feed",
        "json": "Generic JSON",
        "maintnote": "MAINTNOTE calendar",
        "alertmanager": "Prometheus Alertmanager",
    }
)
"""What comes with Tocsin, by name: to ask the classes themselves would import them all for one list."""


class CatalogueOffers:
    """Reads the catalogue when it is first searched; imports a provider when its fields are wanted."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._read: tuple[Entry, ...] | None = None
        self._made: Registry | None = None

    def search(self, text: str) -> tuple[Offer, ...]:
        """Those whose name has every word of ``text``, the best first; without a text all, internet providers first."""
        from tocsin.providers import catalogue  # noqa: PLC0415 - only who looks for something needs it

        if self._read is None:
            self._read = catalogue.load()
        if text.strip():
            found = catalogue.search(self._read, text)
        else:
            found = tuple(sorted(self._read, key=lambda entry: (entry.kind != "isp", entry.name.casefold())))
        return tuple(_offer(entry) for entry in found)

    def providers(self) -> tuple[tuple[str, str], ...]:
        """Key and name of every product that can be asked, by name. One that another package adds goes by its key."""
        every = ((key, NAMES.get(key, key)) for key in self._registry().known() if key != LINE_PROVIDER)
        return tuple(sorted(every, key=lambda each: each[1].casefold()))

    def fields(self, key: str) -> "tuple[ProviderField, ...]":
        """What an account of a product needs to be told; nothing for a key that is not known or cannot be loaded."""
        from tocsin.providers.registry import PluginBroken  # noqa: PLC0415 - as above

        try:
            return self._registry().load(key).fields
        except (KeyError, PluginBroken):
            return ()

    def mistakes(self, key: str, options: Mapping[str, str]) -> "tuple[OptionMistake, ...]":
        """What a product says is wrong with its options; nothing of one that does not look."""
        from tocsin.providers.registry import PluginBroken  # noqa: PLC0415 - as above

        try:
            look = getattr(self._registry().load(key), "mistakes", None)
        except (KeyError, PluginBroken):
            return ()
        return () if look is None else tuple(look(options))

    def _registry(self) -> "Registry":
        if self._made is None:
            from tocsin.providers.registry import Registry  # noqa: PLC0415 - as above

            self._made = Registry(self._environ)
        return self._made


def _offer(entry: "Entry") -> Offer:
    key = entry.product if entry.product in NAMES else ""
    return Offer(entry.name, key, entry.url, is_isp=entry.kind == "isp", page_id=entry.page_id)
