"""Whether a proxy stands in the probes' way: where that alone leads out, a probe proves nothing."""

from collections.abc import Iterable

from tocsin.adapters.http_proxy import proxy_by, system_proxies
from tocsin.adapters.http_urls import Origin
from tocsin.adapters.probe_tcp import parsed
from tocsin.domain.account import Network
from tocsin.errors import PollFailed


def is_proxied(network: Network, targets: Iterable[str]) -> bool:
    """Whether the polls would ask for one of the targets through a proxy: a probe goes past it, and may not get out."""
    for target in filter(None, map(parsed, targets)):
        try:
            if proxy_by(network, system_proxies, Origin("https", target.host, target.port)) is not None:
                return True
        except PollFailed:  # there is one, and it cannot be used
            return True
    return False
