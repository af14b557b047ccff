"""Real servers that the adapters are tried on, each a process of its own on loopback that ends with its ``with``.

    with Nginx(folder, "location / { root ...; }") as server: ...     nginx with a private configuration
    with Mock(description, seed=1) as server: ...                     a mock server made from an API description

The mock server is Prism, pinned by ``tests/peers/package-lock.json`` and installed once into ``build/peers``.
"""

import fcntl
import getpass
import grp
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from support.tinyproxy import reserved_port
from tocsin.adapters.http import HttpClient
from tocsin.domain.account import Account, Network
from tocsin.ports import HttpRequest, HttpResponse

ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "tests" / "peers"
INSTALLED = ROOT / "build" / "peers"
HOST = "127.0.0.1"
PATIENCE = 60.0
"""Seconds for a server to start, on a machine that is busy."""

_USERS_OWN = dict(os.environ)  # as it is outside a test: npm's registry, proxy and cache are the user's affair
_ALSO_HERE = ("/usr/sbin", "/sbin")
_KEPT_LINES = 40


def wait_for(what: str, is_so: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for what a server does in its own time."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, f"waited {patience} s for {what}"
        threading.Event().wait(0.01)


def _command(name: str, group: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_ALSO_HERE]))
    assert found, f"{name} is missing. On Debian and Ubuntu this installs it: packaging/setup.sh {group}"
    return found


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


# --- nginx ---------------------------------------------------------------------------------------------------------

_CONFIGURATION = """\
daemon off;
worker_processes 1;
error_log {folder}/error.log notice;
pid {folder}/nginx.pid;
{user}
events {{ worker_connections 64; }}
http {{
    log_format told escape=json '{{"status": $status, "url": "$request_uri", "had": "$http_if_none_match",'
        ' "packed": "$sent_http_content_encoding", "connection": "$connection", "bytes": $body_bytes_sent}}';
    access_log {folder}/access.log told;
    {temporary}
    types {{
        application/json json;
        application/atom+xml atom;
        application/rss+xml rss;
        text/html html;
    }}
    default_type application/octet-stream;
    gzip on;
    gzip_min_length 64;
    gzip_types application/json application/atom+xml application/rss+xml;
    server {{
        listen {host}:{port};
        root {folder}/site;
        {server}
    }}
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Logged:
    """A line of the access log: ``had`` is the validator that was sent, ``connection`` a number."""

    status: int
    url: str
    had: str
    packed: str
    connection: str
    bytes: int


class Nginx:
    """nginx on a port of its own, without rights, serving ``folder/site`` by the lines of ``server``."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self.site = folder / "site"
        self.port = 0
        self._folder = folder
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None
        self._place = ExitStack()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        program = _command("nginx", "check")
        self.site.mkdir(parents=True, exist_ok=True)
        with ExitStack() as place:
            self.port = place.enter_context(reserved_port())
            self._run(program)
            self._place = place.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._place:
            if self._process is not None:
                _end(self._process)

    def restart(self) -> None:
        """End it and start it again at the same address: whoever kept a connection open has lost it."""
        assert self._process is not None
        _end(self._process)
        self._run(_command("nginx", "check"))

    def _run(self, program: str) -> None:
        self._process = self._start(program)
        wait_for("nginx to listen", lambda: self._listens() or self._has_ended())
        assert not self._has_ended(), (self._folder / "error.log").read_text()[-2000:]

    def write(self, name: str, content: str | bytes, at: float | None = None) -> None:
        """Put a whole file under its address, with the time of its change (seconds since 1970) that its ETag tells."""
        place = self.site / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(place.name + ".new")
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
        if at is not None:
            os.utime(draft, (at, at))
        draft.replace(place)

    def logged(self, count: int) -> list[Logged]:
        """The lines of the log once there are so many: nginx writes each after its answer."""
        wait_for(f"{count} lines in nginx's log", lambda: len(self._lines()) >= count)
        return [Logged(**json.loads(line)) for line in self._lines()]

    def _start(self, program: str) -> subprocess.Popen[bytes]:
        # Started by root its workers would drop to a user who may not read the test's folder.
        group = grp.getgrgid(os.getgid()).gr_name
        configuration = _CONFIGURATION.format(
            folder=self._folder,
            host=HOST,
            port=self.port,
            server=self._server.replace("{port}", str(self.port)),
            user=f"user {getpass.getuser()} {group};" if os.geteuid() == 0 else "",
            temporary=" ".join(f"{name}_temp_path {self._folder}/{name};" for name in _TEMPORARY),
        )
        (self._folder / "nginx.conf").write_text(configuration)
        command = [program, "-e", f"{self._folder}/error.log", "-p", f"{self._folder}", "-c", "nginx.conf"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=self._folder)

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def _lines(self) -> list[str]:
        text = (self._folder / "access.log").read_text()
        return text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]


# --- Prism ---------------------------------------------------------------------------------------------------------

_LISTENING = re.compile(r"Prism is listening on (http://\S+)")
_COMMAND = Path("node_modules", "@stoplight", "prism-cli", "dist", "index.js")
_INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")


def installed() -> Path:
    """Where Prism is. Installs what the lock file names, unless that was done; several test runs may ask at once."""
    npm = _command("npm", "peers")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    stamp, lock = INSTALLED / "stamp", (PINNED / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    with (INSTALLED / "installing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PINNED / name, INSTALLED)
            command = [npm, *_INSTALL]
            done = subprocess.run(command, cwd=INSTALLED, env=_USERS_OWN, check=False, capture_output=True)
            said = done.stderr[-2000:].decode(errors="replace")
            assert done.returncode == 0, f"npm cannot install what tests/peers names: {said}"
            stamp.write_text(wanted)
    return INSTALLED / _COMMAND


class Mock:
    """A server that answers at random what an API description allows, without the description's base path.

    ``seed`` decides the whole sequence of answers. With ``sparse`` what the description does not require is left out
    one time in ten, and lists have at most three elements.
    """

    def __init__(self, description: Path, folder: Path, seed: int, *, sparse: bool = True) -> None:
        self.url = ""
        self.said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._description = _with_options(description, folder) if sparse else description
        self._seed = seed
        self._listening = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread(target=self._read, name=f"mock of {description.name}")

    def start(self) -> None:
        """Start it; ``wait`` waits for it, so that several can start at once."""
        program = installed()
        seeded = [_command("node", "peers"), "--require", str(PINNED / "seeded.cjs"), str(program)]
        self._process = subprocess.Popen(
            [*seeded, "mock", "--dynamic", "--host", HOST, "--port", "0", str(self._description)],
            env={"PATH": os.environ["PATH"], "TOCSIN_PEER_SEED": str(self._seed)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader.start()

    def wait(self) -> None:
        assert self._listening.wait(PATIENCE), "Prism does not start: " + "".join(self.said)
        assert self.url, "Prism ended: " + "".join(self.said)

    def stop(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._reader.join(10)
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if not self.url and (found := _LISTENING.search(line)):
                self.url = found[1]
                self._listening.set()
        self._listening.set()


@contextmanager
def mocks(*descriptions: Path, folder: Path, seed: int) -> Iterator[list[Mock]]:
    """Mock servers of several descriptions, started at once."""
    made = [Mock(each, folder, seed) for each in descriptions]
    try:
        for each in made:
            each.start()
        for each in made:
            each.wait()
        yield made
    finally:
        for each in made:
            each.stop()


def _with_options(description: Path, folder: Path) -> Path:
    """A copy of a description that tells the mock server how much of what is optional to leave out."""
    options = {
        "alwaysFakeOptionals": False,
        "optionalsProbability": 0.9,
        "maxItems": 3,
        "minDateTime": "2026-10-01T00:00:00Z",
        "maxDateTime": "2027-01-01T00:00:00Z",
    }
    source = description.read_text(encoding="utf-8")
    if description.suffix == ".json":
        source = json.dumps({**json.loads(source), "x-json-schema-faker": options})
    else:
        source += f"\nx-json-schema-faker: {json.dumps(options)}\n"
    copy = folder / description.name
    copy.write_text(source, encoding="utf-8")
    return copy


# --- what is asked -------------------------------------------------------------------------------------------------


@dataclass
class Recorded:
    """``ports.Http`` on a real client, with every exchange kept until ``begin_poll``."""

    client: HttpClient
    exchanges: list[HttpResponse] = field(default_factory=list)

    async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
        answer = await self.client.send(request, account)
        self.exchanges.append(answer)
        return answer

    def configure(self, network: Network) -> None:
        self.client.configure(network)

    def begin_poll(self, account: Account) -> None:
        self.exchanges.clear()
        self.client.begin_poll(account)

    def forget(self, account_id: str) -> None:
        self.client.forget(account_id)

    async def close(self) -> None:
        await self.client.close()

    def documents(self, ending: str) -> list[Any]:
        """What was answered with success at addresses whose path ends so, as JSON."""
        found = (each for each in self.exchanges if each.url.partition("?")[0].endswith(ending))
        return [json.loads(each.body) for each in found if 200 <= each.status < 300]
