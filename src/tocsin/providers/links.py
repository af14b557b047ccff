"""Addresses: those that accounts give in several shapes, and those that providers give, which are not to be trusted."""

from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000


def account_url(url: str) -> SplitResult:
    """The parts of an account's address, ``https`` where it names no scheme, without a trailing slash or a fragment.

    Raises ``PollFailed`` (unsupported) for what is no address, or holds a password.
    """
    stated = url.strip()
    parts = _split(stated if "://" in stated else f"https://{stated}")
    if parts is None or parts.scheme not in _PORTS:
        raise PollFailed(FailureKind.UNSUPPORTED, "the account's url is no http or https address")
    if "@" in parts.netloc:
        raise PollFailed(FailureKind.UNSUPPORTED, "the account's url holds a login: it belongs into auth")
    return parts._replace(path=parts.path.rstrip("/"), fragment="")


def page_of(url: str, *documents: str) -> SplitResult:
    """The parts of the page of an address that is the page itself or something of it: cut where ``documents`` begin.

    Raises ``PollFailed`` as ``account_url`` does.
    """
    parts = account_url(url)
    path = f"{parts.path}/"
    cuts = [at for each in documents if (at := path.find(each)) >= 0]
    return parts._replace(path=path[: min(cuts, default=len(path))].rstrip("/"), query="")


def is_loopback(parts: SplitResult) -> bool:
    """True for an address on this computer: what a page's own host does elsewhere is done by that address here."""
    host = parts.hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def document(url: str) -> str:
    """The address of one document, as the account gives it: with its query and the slash it may end in.

    Raises ``PollFailed`` as ``account_url`` does.
    """
    parts = account_url(url)
    ends_in_slash = url.strip().partition("#")[0].partition("?")[0].endswith("/") and parts.path
    return parts._replace(path=f"{parts.path}/").geturl() if ends_in_slash else parts.geturl()


def origin(parts: SplitResult) -> str:
    """Scheme, host and port, to put paths behind."""
    return f"{parts.scheme}://{parts.netloc}"


def without_query(parts: SplitResult) -> str:
    """The address of a page or a base, with nothing behind its path."""
    return f"{origin(parts)}{parts.path}"


def with_query(url: str, **values: int) -> str:
    """The address with these query values set beside those that it has."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return parts._replace(query=urlencode([*kept, *((name, str(value)) for name, value in values.items())])).geturl()


def item(resource: str, item_id: str) -> str:
    """The address of one item of a resource; its id cannot lead anywhere else."""
    parts = urlsplit(resource)
    safe = quote(item_id, safe="") if item_id.strip(".") else "".join(f"%{ord(char):02X}" for char in item_id)
    return parts._replace(path=f"{parts.path}/{safe}").geturl()


def own_link(base: str, href: object) -> str | None:
    """The absolute address of a reference if it stays on the origin of ``base``, else None.

    What leaves that origin is never asked: the account's login would go with it.
    """
    if not isinstance(href, str) or not href.strip() or len(href) > _LONGEST or not href.isprintable():
        return None
    try:
        target = urljoin(base, href.strip())
    except ValueError:
        return None
    parts, home = _split(target), _split(base)
    if parts is None or home is None or "@" in parts.netloc or _address(parts) != _address(home):
        return None
    return parts._replace(fragment="").geturl()


def web_link(value: object) -> str | None:
    """A link that a person may open: ``https``, with a host, without a login; None for anything else."""
    if not isinstance(value, str) or len(value) > _LONGEST or not value.strip().isprintable() or " " in value.strip():
        return None
    parts = _split(value.strip())
    return parts.geturl() if parts is not None and parts.scheme == "https" and "@" not in parts.netloc else None


def place(url: str) -> str:
    """Host and path of an address, for a message: no query, for keys may stand there."""
    parts = _split(url)
    return url[:80] if parts is None else f"{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]


def _address(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        known = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if known else None
