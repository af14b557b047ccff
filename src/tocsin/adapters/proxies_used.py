"""Which proxy stands between this computer and each host, for people to read: never with its user or password."""

from collections.abc import Iterable, Mapping

from tocsin.adapters.http_proxy import proxy_by, system_proxies
from tocsin.adapters.http_urls import origin_of, parse
from tocsin.domain.account import SYSTEM_PROXY, Network
from tocsin.domain.targets import host_of
from tocsin.errors import PollFailed


def proxies_used(addresses: Iterable[str], network: Network, system: Mapping[str, str] | None = None) -> dict[str, str]:
    """The proxy's host and port by the host that is asked through it. ``system`` None asks the system.

    A proxy that cannot be used is none, and neither is an address: nothing is asked through either.
    """
    known = system_proxies() if system is None else system
    found = {}
    for address in addresses:
        whole = _whole(address)
        try:
            proxy = proxy_by(network, lambda: known, origin_of(parse(whole)))
        except PollFailed:
            continue
        if proxy is not None:
            found[host_of(whole)] = str(proxy)
    return found


def shut_out(hosts: Iterable[str], network: Network, system: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Those of the hosts that cannot be asked, because the proxy that the system names for them cannot be used."""
    if network.proxy != SYSTEM_PROXY:
        return ()
    known = system_proxies() if system is None else system
    return tuple(host for host in hosts if _is_shut_out(host, network, known))


def _is_shut_out(host: str, network: Network, known: Mapping[str, str]) -> bool:
    try:
        origin = origin_of(parse(_whole(host)))
    except PollFailed:
        return False  # no address; that is told elsewhere
    try:
        proxy_by(network, lambda: known, origin)
    except PollFailed:
        return True
    return False


def _whole(address: str) -> str:
    return address if "://" in address else f"https://{address}"
