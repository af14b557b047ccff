"""Whom an encrypted connection believes, and what it shows of itself: the system's authorities, and the user's files.

Verification is never off. The files may lie on a server that is gone, so they are read in a thread that may hang.
"""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import truststore

from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.http_errors import blocked
from tocsin.domain.account import Network
from tocsin.domain.terms import FailureKind, Obstacle

READ_DEADLINE = 5.0
"""Seconds for reading the files, well within the deadline of an exchange."""

_LIMIT = 4 * 1024 * 1024
_PEM = b"-----BEGIN "


class _PassphraseNeeded(Exception):
    """OpenSSL would ask for it at the terminal, and wait."""


def system_trust() -> ssl.SSLContext:
    """A TLS context that trusts whom the system trusts, the user's own authorities included."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class _Made:
    """A context, and what it was made of."""

    context: ssl.SSLContext
    content: bytes


def believed(network: Network) -> ssl.SSLContext:
    """A context of its own that believes whom the polls believe by these settings, and shows nothing of itself.

    Reads files, and may hang with them. Raises ``PollFailed`` (tls) for a file that cannot be used.
    """
    return _made_of(replace(network, client_cert="", client_key=""), system_trust, None).context


class Trust:
    """Makes the TLS context when it is first needed, and anew when a file that it was made of is another."""

    def __init__(self, base: Callable[[], ssl.SSLContext]) -> None:
        self._base = base
        self._network = Network()
        self._made: _Made | None = None
        self._is_doubtful = False
        self._calls: DaemonCalls[_Made] = DaemonCalls("tocsin-certificates")

    def configure(self, network: Network) -> None:
        """Use these files from now on."""
        self._network, self._made = network, None

    def doubt(self) -> None:
        """An encrypted connection failed: a file may have been renewed meanwhile."""
        self._is_doubtful = True

    async def context(self) -> ssl.SSLContext:
        """The context. Raises ``PollFailed`` (tls) for a file that cannot be used."""
        network, made = self._network, self._made
        if made is not None and not (self._is_doubtful and _has_files(network)):
            return made.context
        if not _has_files(network):
            made = _Made(self._base(), b"")
        else:
            made = await self._read(network, made)
        if network is self._network:
            self._made, self._is_doubtful = made, False
        return made.context

    async def _read(self, network: Network, before: _Made | None) -> _Made:
        try:
            return await self._calls.run(
                (network, before), lambda: _made_of(network, self._base, before), timeout=READ_DEADLINE
            )
        except TimeoutError:
            named = network.ca_file or network.client_cert
            which = Obstacle.CA_FILE if network.ca_file else Obstacle.CLIENT_FILES
            raise blocked(FailureKind.TLS, which, named, "reading takes too long") from None


def _has_files(network: Network) -> bool:
    return bool(network.ca_file or network.client_cert)


def _made_of(network: Network, base: Callable[[], ssl.SSLContext], before: _Made | None) -> _Made:
    """The context with the files in it; the one of before where they are the same. Blocks, perhaps for ever."""
    authorities = _content(Obstacle.CA_FILE, network.ca_file)
    names = [name for name in (network.client_cert, network.client_key) if name]
    own = [_content(Obstacle.CLIENT_FILES, name) for name in names]
    content = b"".join(hashlib.sha256(each).digest() for each in (authorities, *own))
    if before is not None and before.content == content:
        return before
    context = base()
    if network.ca_file:
        _add_authorities(context, network.ca_file, authorities)
    if network.client_cert:
        _show(context, network)
    return _Made(context, content)


def _content(which: Obstacle, name: str) -> bytes:
    """A file's content, empty for no file."""
    if not name:
        return b""
    try:
        with Path(name).expanduser().open("rb") as file:
            content = file.read(_LIMIT + 1)
    except (OSError, RuntimeError, ValueError) as error:  # no home to expand; a name with a null in it
        reason = error.strerror if isinstance(error, OSError) else None
        raise blocked(FailureKind.TLS, which, name, reason or "no such file") from None
    if len(content) > _LIMIT:
        raise blocked(FailureKind.TLS, which, name, "larger than 4 MiB")
    return content


def _add_authorities(context: ssl.SSLContext, name: str, content: bytes) -> None:
    """Believe these as well. PEM, with whatever is written between, or one certificate in DER, as Windows saves it."""
    try:
        if _PEM in content:
            context.load_verify_locations(cadata=content.decode("ascii", errors="ignore"))
        else:
            context.load_verify_locations(cadata=content)
    except (ssl.SSLError, ValueError):
        raise blocked(FailureKind.TLS, Obstacle.CA_FILE, name, "no certificate in it") from None


def _show(context: ssl.SSLContext, network: Network) -> None:
    certificate, key = network.client_cert, network.client_key or network.client_cert
    paths = [str(Path(name).expanduser()) for name in (certificate, key)]
    try:
        context.load_cert_chain(paths[0], paths[1], password=_no_passphrase)
    except _PassphraseNeeded:
        raise blocked(FailureKind.TLS, Obstacle.CLIENT_FILES, key, "the key has a passphrase") from None
    except ssl.SSLError as error:
        reason = "the key belongs to another certificate" if error.reason == "KEY_VALUES_MISMATCH" else "not PEM"
        raise blocked(FailureKind.TLS, Obstacle.CLIENT_FILES, certificate, reason) from None
    except OSError as error:
        raise blocked(FailureKind.TLS, Obstacle.CLIENT_FILES, certificate, error.strerror or "") from None


def _no_passphrase() -> str:
    raise _PassphraseNeeded
