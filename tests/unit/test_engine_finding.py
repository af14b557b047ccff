"""The engine asks a sign-in server for its addresses: real servers, when it is told to and not before."""

import json
import threading
from collections.abc import Iterator

import pytest

from support.aside import Aside
from support.auth_server import AuthServer
from support.authority import Authority
from support.hostile_server import answer
from support.rig import EngineRig
from tocsin.domain.account import Network, Settings
from tocsin.domain.finding import Addresses, EndFinding, FindAddresses, FindFault, Finding, FindStep
from tocsin.domain.terms import FailureKind, Obstacle

OAUTH, OPENID = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


@pytest.fixture
def server() -> Iterator[AuthServer]:
    """One that has a document in OpenID's place only."""
    with AuthServer() as made:
        made.tell_addresses()
        yield made


@pytest.fixture
def rig(server) -> Iterator[EngineRig]:
    """An engine that knows of nothing; it ends before the server does."""
    with EngineRig(Settings()) as made:
        yield made


def document(url: str) -> bytes:
    return json.dumps(
        {"issuer": url, "token_endpoint": f"{url}/token", "authorization_endpoint": f"{url}/authorize"}
    ).encode()


def over(rig: EngineRig, address: str, number: int = 1) -> Finding:
    """What comes of asking there."""
    rig.do(FindAddresses(number, address))
    return until(rig, number)


def until(rig: EngineRig, number: int) -> Finding:
    def is_over() -> bool:
        view = rig.state.finding if rig.states else None
        return view is not None and view.number == number and view.step.is_over

    rig.wait_for("the end of the search", is_over)
    assert rig.state.finding is not None
    return rig.state.finding


def test_any_address_of_the_server_is_enough(rig, server) -> None:
    """Nothing was asked before; nothing is sent along that tells who asks."""
    rig.wait_for("a state", lambda: bool(rig.states))
    assert server.asked == []
    found = over(rig, f"{server.url}/authorize?client_id=x")
    assert (found.step, found.found) == (
        FindStep.FOUND,
        Addresses(server.url, f"{server.url}/token", f"{server.url}/authorize"),
    )
    assert server.to(OPENID)
    assert not any({"authorization", "cookie"} & {*each.headers} for each in server.asked)


def test_a_document_that_leads_elsewhere_is_not_followed_there(rig, server) -> None:
    """Nobody but the given host is asked, and what another one says is not taken."""
    with AuthServer() as other:
        other.answers[OPENID] = (200, document(server.url), {})
        server.answers[OPENID] = (302, b"", {"Location": f"{other.url}{OPENID}"})
        assert over(rig, server.url).fault is FindFault.NOTHING
        assert other.asked == []
        foreign = over(rig, other.url, 2)
        assert (foreign.fault, foreign.issuer) == (FindFault.OTHER_ISSUER, server.url)


def test_an_answer_without_end_is_cut_off(rig, server) -> None:
    """More than a document can have is none."""
    server.answers[OPENID] = (200, b" " * 300_000 + document(server.url), {})
    assert over(rig, server.url).fault is FindFault.NOTHING


def test_a_server_that_hangs_is_broken_off_and_another_is_asked(rig, server) -> None:
    """What ends another search ends nothing; and a later search ends an earlier one."""
    held = server.holding[OAUTH] = threading.Event()
    rig.do(FindAddresses(1, server.url))
    assert server.reached[OAUTH].wait(10)
    rig.do(EndFinding(7))
    rig.do(EndFinding(1))
    rig.wait_for("it ended", lambda: rig.state.finding is None)
    server.reached[OAUTH].clear()
    rig.do(FindAddresses(2, server.url))
    assert server.reached[OAUTH].wait(10)
    rig.do(FindAddresses(3, "ftp://login.example.net"))
    assert until(rig, 3).fault is FindFault.NO_ADDRESS
    held.set()


def test_the_end_of_the_program_does_not_wait_for_a_server(server) -> None:
    """It is cut off like everything else."""
    server.holding[OAUTH] = threading.Event()
    with EngineRig(Settings()) as rig:
        rig.do(FindAddresses(1, server.url))
        assert server.reached[OAUTH].wait(10)
        rig.wait_for("that it looks", lambda: rig.state.finding == Finding(1, FindStep.LOOKING, server.url))
    assert server.to(OPENID) == []


def test_nobody_there_is_said(rig, server) -> None:
    """The same words as for a status page."""
    with AuthServer() as gone:
        address = gone.url
    found = over(rig, address)
    assert (found.step, found.failure) == (FindStep.FAILED, FailureKind.CONNECT)


def test_it_goes_the_way_that_the_settings_name(tmp_path) -> None:
    """An authority of the company's own counts here too; without it the certificate is named as what is in the way."""
    authority, there = Authority(tmp_path / "ca"), []

    async def handler(request, writer) -> None:
        writer.write(answer(200, document(there[0])) if request.target == OAUTH else answer(404))

    with Aside(handler, tls=authority.issue().shown()) as asked:
        there.append(asked.url)
        with EngineRig(Settings()) as rig:
            assert over(rig, asked.url).obstacle is Obstacle.CERTIFICATE_UNKNOWN
        with EngineRig(Settings(network=Network(ca_file=str(authority.file)))) as rig:
            found = over(rig, asked.url)
            assert found.found == Addresses(asked.url, f"{asked.url}/token", f"{asked.url}/authorize")
