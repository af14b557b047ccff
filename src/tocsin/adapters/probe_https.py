"""Whether what answers at an https address is who it says: the TLS handshake, over a socket that is connected."""

import asyncio
import socket
import ssl

import truststore

from tocsin.domain.reading import ProbeFault

_CHUNK = 1 << 14
_EXPIRED = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID and CERT_HAS_EXPIRED. OpenSSL looks at the dates last: the names and the issuer fit."""


def system_trust() -> ssl.SSLContext:
    """What this computer trusts. Reads files: some tens of milliseconds."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def shake_hands(connected: socket.socket, host: str, until: float, trust: ssl.SSLContext) -> ProbeFault | None:
    """Shake hands until a time of the loop's clock; None where it is the host. Raises nothing.

    ``TLS`` means that somebody else answered. A certificate that is out of date is still the host's, and this
    computer's clock may be what is wrong.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        talk = trust.wrap_bio(incoming, outgoing, server_hostname=host)
        async with asyncio.timeout_at(until):
            await _shake(connected, talk, incoming, outgoing)
    except ssl.SSLCertVerificationError as error:
        return None if error.verify_code in _EXPIRED else ProbeFault.TLS
    except ConnectionError:
        return ProbeFault.REFUSED
    except TimeoutError:
        return ProbeFault.TIMEOUT
    except (ssl.SSLError, ssl.CertificateError, ValueError):  # nonsense in place of TLS, a host that is no name
        return ProbeFault.TLS
    except OSError:
        return ProbeFault.UNREACHABLE
    return None


async def _shake(
    connected: socket.socket, talk: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            talk.do_handshake()
        except ssl.SSLWantReadError:
            await loop.sock_sendall(connected, outgoing.read())
            received = await loop.sock_recv(connected, _CHUNK)
            if not received:
                raise ConnectionResetError("hung up in the handshake") from None
            incoming.write(received)
        else:
            await loop.sock_sendall(connected, outgoing.read())
            return
