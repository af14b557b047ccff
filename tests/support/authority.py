"""A certificate authority of a test's own, and what it issues: right, expired, for another name, for a client."""

import contextlib
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.tinyproxy import reserved_port

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
HERE = "DNS:localhost,IP:127.0.0.1"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    def shown(self) -> ssl.SSLContext:
        """A server's context that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class Authority:
    """Planet Works' own authority, in a folder."""

    def __init__(self, folder: Path, name: str = "Planet Works") -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._issued = 0
        self.file, self._key = folder / "ca.pem", folder / "ca.key"
        _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.file)

    def issue(self, names: str = HERE, *, days: int = 2) -> Pair:
        """A certificate for these names; one of minus one day ended yesterday."""
        self._issued += 1
        base = self._folder / f"issued-{self._issued}"
        key, request, certificate, extra = (base.with_suffix(end) for end in (".key", ".csr", ".pem", ".ext"))
        extra.write_text(f"subjectAltName={names}\n")
        _openssl("req", "-new", *_KEY, "-subj", "/CN=Planet Works", "-keyout", key, "-out", request)
        sign = ("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial")
        _openssl(*sign, "-days", str(days), "-extfile", extra, "-out", certificate)
        return Pair(certificate, key)

    def der(self) -> Path:
        """The authority's certificate as Windows saves it."""
        found = self._folder / "ca.cer"
        _openssl("x509", "-in", self.file, "-outform", "DER", "-out", found)
        return found


@contextlib.contextmanager
def strict_server(shown: Pair, authority: Authority) -> Iterator[str]:
    """OpenSSL's own server, which wants a certificate of an authority and says so by an alert; its host and port."""
    wanted = ("-CAfile", authority.file, "-Verify", "2", "-verify_return_error", "-tls1_3", "-www")
    with contextlib.ExitStack() as stack:
        place = f"127.0.0.1:{stack.enter_context(reserved_port())}"
        command = ["openssl", "s_server", "-accept", place, "-cert", shown.certificate, "-key", shown.key, *wanted]
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        run = stack.enter_context(subprocess.Popen(command, stdin=none, stdout=pipe, stderr=subprocess.STDOUT))
        assert run.stdout is not None
        try:
            # It says ACCEPT once it listens.
            assert any(line.startswith(b"ACCEPT") for line in run.stdout), "openssl s_server does not start"
            yield place
        finally:
            run.kill()


def with_passphrase(pair: Pair, folder: Path) -> Path:
    """The key once more, locked."""
    locked = folder / "locked.key"
    _openssl("ec", "-in", pair.key, "-aes256", "-passout", "pass:planet", "-out", locked)
    return locked


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
