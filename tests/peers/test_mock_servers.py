"""The TM Forum and MEF adapters against servers made from the published descriptions: their answers are random.

Each server answers what its description allows, through nginx, which gives it the base path that it would have. The
answers are random but a seed decides their order, so that what fails once fails again. Where the descriptions do not
lie beside the checkout each test says so and tries nothing.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from support.drive import NOW
from support.http_client import client
from support.peers import INSTALLED, PINNED, Mock, Nginx, Recorded, mocks
from support.specs import published
from tocsin import contract, providers
from tocsin.domain.account import Account, Connection
from tocsin.domain.snapshot import Failure, Report, Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase
from tocsin.domain.timeline import merge
from tocsin.engine.exchange import ask
from tocsin.ports import PollContext

SEED = 656
POLLS = 30
ASKED_AGAIN = 3
MISCOUNTED = 6
DEADLINE = timedelta(seconds=15)
UPCOMING = timedelta(minutes=10)
OVER = {"resolved", "closed", "cancelled", "rejected"}


@dataclass(frozen=True)
class Api:
    """An API: who reads it, where its descriptions lie, and under which base paths its servers stand."""

    provider: str
    resource: str
    bases: dict[str, str]

    @property
    def base(self) -> str:
        """Where the resource is that lists what is wrong."""
        return next(iter(self.bases.values()))


TICKETS = {"tmf621/TMF621-TroubleTicket-v4.0.0.swagger.json": "/tmf-api/troubleTicket/v4"}
TICKETS_V5 = {"tmf621/TMF621-Trouble_Ticket-v5.0.1.oas.yaml": "/tmf-api/troubleTicket/v5"}
V3 = {"tmf656/TMF656-ServiceProblem-3.0.0.swagger.json": "/tmf-api/serviceProblemManagement/v3"}
V4 = {"tmf656/TMF656-ServiceProblem-v4.0.0.swagger.json": "/tmf-api/serviceProblemManagement/v4"}
V5 = {"tmf656/TMF656-Service_Problem_Management-v5.0.0.oas.yaml": "/tmf-api/serviceProblemManagement/v5"}
MEF = {"mef/MEF124_troubleTicketManagement.api.yaml": "/mefApi/sonata/troubleTicket/v4"}
APIS = {
    "tmf656-v3": Api("tmf656", "/serviceProblem", V3 | TICKETS),
    "tmf656-v4": Api("tmf656", "/serviceProblem", V4 | TICKETS),
    "tmf656-v5": Api("tmf656", "/serviceProblem", V5 | TICKETS_V5),
    "mef124": Api("mef124", "/incident", MEF),
}

# A list ends after its first page. The headers that a description allows for counts are random too, so that no list
# would ever be complete: they are passed on under /counted alone. Under /answering/STATUS stands the answer that the
# description has for that status.
_GATEWAY = """
    if ($arg_offset ~ "^[1-9]") { return 200 "[]"; }
    proxy_buffer_size 512k;
    proxy_buffers 8 512k;
    proxy_busy_buffers_size 1m;
    proxy_hide_header sl-violations;
    default_type application/json;
"""
_WAY = """
    location {base}/ {{
        proxy_hide_header X-Total-Count;
        proxy_hide_header X-Result-Count;
        proxy_pass {url}/;
    }}
"""
_MORE_WAYS = """
    location /counted{base}/ {{ proxy_pass {url}/; }}
    location ~ ^/answering/(\\d+){base}(/.*)$ {{
        proxy_set_header Prefer "code=$1";
        proxy_pass {url}$2$is_args$args;
    }}
"""


@dataclass(frozen=True)
class Peer:
    """The servers of an API, behind one address."""

    api: Api
    url: str
    mock: Mock


@pytest.fixture(scope="module")
def served(request, tmp_path_factory) -> Iterator[Peer | None]:
    """The servers of the API that the tests are about, for all of them; none where no description lies here."""
    api = APIS[request.param]
    described = published(*api.bases)
    if not described:
        yield None
        return
    with peer(api, described, tmp_path_factory.mktemp("peer")) as found:
        yield found


@pytest.fixture
def found(served, request, capsys) -> Peer | None:
    """The same; where there is none that is said aloud."""
    if served is None:
        with capsys.disabled():
            published(*APIS[request.node.callspec.params["served"]].bases)
    return served


@contextmanager
def peer(api: Api, described: tuple[Path, ...], folder: Path) -> Iterator[Peer]:
    """An API's servers, started and stopped."""
    with mocks(*described, folder=folder, seed=SEED) as made:
        ways = [(base, mock.url) for base, mock in zip(api.bases.values(), made, strict=True)]
        lines = [_WAY.format(base=base, url=url) for base, url in ways]
        lines.append(_MORE_WAYS.format(base=api.base, url=made[0].url))
        with Nginx(folder, _GATEWAY + "".join(lines)) as gateway:
            yield Peer(api, gateway.url, made[0])


def account(api: Api, url: str) -> Account:
    """An account that watches everything."""
    return Account("home", api.provider, "Planet Fibre", url, connections=(Connection("line", "Home line"),))


# --- what must hold of every answer --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What a poll made of the answers that it got."""

    api: Api
    account: Account
    result: Snapshot | Failure
    http: Recorded

    def check(self) -> None:
        """Nothing open that was listed is lost or called over, and calm is seen where all is calm and nowhere else."""
        if isinstance(self.result, Failure):
            assert not self.result.message.startswith("internal error"), self.result.message
            return
        reports = {report.id: report for report in self.result.reports}
        stated = self.stated()
        still_open = {name for name, said in stated.items() if not any(map(says_over, said))}
        assert still_open <= {*reports, *self.result.unread}
        assert [name for name in still_open & {*reports} if reports[name].phase.is_over] == []
        wrong = [report for report in reports.values() if is_wrong(report)]
        level = contract.check_level(self.result, self.account, providers.load(self.api.provider).traits, NOW)
        assert (level is Level.OK) == (not wrong), f"{level.word} with {wrong}"
        printed = contract.check(self.result, self.account, self.api.provider, level)
        assert json.loads(json.dumps(printed).encode())["level"] == level.word

    def stated(self) -> dict[str, list[dict]]:
        """All that was said of each id, in the list and when asked for alone, read without any adapter."""
        found: dict[str, list[dict]] = {}
        for page in self.http.documents(self.api.resource):
            for each in page:
                found.setdefault(each["id"].strip(), []).append(each)
        for exchange in self.http.exchanges:
            _, is_one, name = exchange.url.partition("?")[0].partition(f"{self.api.resource}/")
            if is_one and exchange.status == 200:
                found.setdefault(unquote(name), []).append(json.loads(exchange.body))
        return found

    def dump(self) -> str:
        """Write the answers down, for whoever has to look at a failure; returns where."""
        place = INSTALLED / f"answers-{self.api.base.strip('/').replace('/', '-')}.json"
        bodies = [{"url": each.url, "status": each.status, "body": each.body.decode()} for each in self.http.exchanges]
        place.write_text(json.dumps({"result": repr(self.result), "answers": bodies}, indent=2), encoding="utf-8")
        return f"seed {SEED}, answers in {place}"


def says_over(stated: dict) -> bool:
    """Whether an element says that it is over: by its status or, without one, by its end."""
    status = stated.get("status")
    return "resolutionDate" in stated if status is None else status.lower() in OVER


def is_wrong(report: Report) -> bool:
    """Whether a report tells of something that goes on now."""
    start = report.scheduled_start or report.started_at
    is_ahead = report.phase is Phase.SCHEDULED or (start is not None and start > NOW + UPCOMING)
    return not report.phase.is_over and not is_ahead


async def poll_often(found: Peer) -> list[Seen]:
    """Poll again and again, as an engine would that holds some of what it was told to be open."""
    provider = providers.load(found.api.provider)()
    asked = account(found.api, found.url)
    known = ()
    seen = []
    async with client() as plain:
        for number in range(POLLS):
            open_ids = [each.provider_id for each in known if each.episode.ended_at is None]
            context = PollContext(asked, NOW, tuple(open_ids[-ASKED_AGAIN:]), first=not number)
            http = Recorded(plain)
            result = await ask(provider, context, http, deadline=DEADLINE)
            seen.append(Seen(found.api, asked, result, http))
            try:
                seen[-1].check()
                if isinstance(result, Snapshot):
                    known = merge(known, result, asked, provider.traits, NOW).incidents
            except Exception as error:
                error.add_note(seen[-1].dump())
                raise
    return seen


# --- tests ---------------------------------------------------------------------------------------------------------

with_servers = pytest.mark.timeout(300)  # the first of them installs the mock server


def test_the_mock_server_is_pinned_and_the_lock_names_no_place():
    """What is installed is what was locked, by its checksum, wherever it is downloaded from."""
    text = (PINNED / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert len(packages) > 50
    assert [name for name, each in packages.items() if not each["integrity"].startswith("sha512-")] == []
    assert re.findall(r'"resolved"|https?://[^"]*registry[^"]*', text) == []


@with_servers
@pytest.mark.parametrize("served", APIS, indirect=True)
def test_whatever_a_description_allows_is_understood_or_refused(found):
    """Random answers end in a snapshot that loses nothing or in a typed failure; never in calm that is not there."""
    if found is None:
        return
    seen = asyncio.run(poll_often(found))
    snapshots = [each for each in seen if isinstance(each.result, Snapshot)]
    assert len(seen) == POLLS
    assert len(snapshots) > POLLS / 4
    assert sum(len(each.result.reports) for each in snapshots) > POLLS


REFUSALS = {
    400: FailureKind.HTTP_STATUS,
    401: FailureKind.UNAUTHORIZED,
    403: FailureKind.UNAUTHORIZED,
    404: FailureKind.HTTP_STATUS,
    500: FailureKind.HTTP_STATUS,
}


async def poll_once(api: Api, url: str) -> tuple[Snapshot | Failure, Recorded]:
    """One poll of the resource itself, with what was answered."""
    async with client() as plain:
        http = Recorded(plain)
        context = PollContext(account(api, url + api.resource), NOW)
        return await ask(providers.load(api.provider)(), context, http, deadline=DEADLINE), http


def failed(result: Snapshot | Failure) -> tuple[FailureKind, str]:
    assert isinstance(result, Failure), result
    return result.kind, result.message


@with_servers
@pytest.mark.parametrize("served", ["tmf656-v4", "mef124"], indirect=True)
def test_what_a_description_has_for_errors_is_no_calm(found):
    """A described refusal is what its status says, a list shorter than its count is refused, so is a dead server."""
    if found is None:
        return
    api = found.api
    for status, kind in REFUSALS.items():
        result, _ = asyncio.run(poll_once(api, f"{found.url}/answering/{status}{api.base}"))
        assert failed(result)[0] is kind, f"{status}: {result}"
    for _ in range(MISCOUNTED):
        result, http = asyncio.run(poll_once(api, f"{found.url}/counted{api.base}"))
        told = [int(http.exchanges[0].headers[name]) for name in ("x-total-count", "x-result-count")]
        assert max(told) < 0 or failed(result)[0] is FailureKind.MALFORMED, f"{told}: {result}"
    found.mock.stop()  # the last thing that these servers are used for
    result, _ = asyncio.run(poll_once(api, found.url + api.base))
    assert failed(result)[0] is FailureKind.HTTP_STATUS
    assert "502" in failed(result)[1]
