"""Which proxy stands between this computer and each host, for people to read: never with its user or password."""

from collections.abc import Iterable, Mapping

from tocsin.adapters.http_proxy import proxy_by, system_proxies
from tocsin.adapters.http_urls import origin_of, parse
from tocsin.domain.account import Network
from tocsin.domain.targets import host_of
from tocsin.errors import PollFailed


def proxies_used(addresses: Iterable[str], network: Network, system: Mapping[str, str] | None = None) -> dict[str, str]:
    """The proxy's host and port by the host that is asked through it. ``system`` None asks the system.

    A proxy that cannot be used is none, and neither is an address: nothing is asked through either.
    """
    known = system_proxies() if system is None else system
    found = {}
    for address in addresses:
        whole = address if "://" in address else f"https://{address}"
        try:
            proxy = proxy_by(network, lambda: known, origin_of(parse(whole)))
        except PollFailed:
            continue
        if proxy is not None:
            found[host_of(whole)] = str(proxy)
    return found
