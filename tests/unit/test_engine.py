"""The engine end to end: real servers, real HTTP, real SQLite; only the screen is a recording."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import ClassVar
from urllib.parse import urlsplit

from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from tocsin.domain.account import Connection, Settings
from tocsin.domain.freshness import shown, tray_level
from tocsin.domain.state import Acknowledge, CheckNow, MuteUntilResolved, ReloadSettings
from tocsin.domain.terms import Level
from tocsin.simulator.http1 import Manner


def soon(minutes: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)


def test_an_outage_is_told_moved_in_place_and_ended_once() -> None:
    """The whole way: one notification, replaced when the estimate moves, and one end."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
        provider.declare("PRB-1", eta=soon(60), advice="Keep your sent mail.")
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        rig.wait_for("red", lambda: tray_level(rig.state, rig.state.at) is Level.OUTAGE and bool(rig.state.ringing))
        provider.set_estimate("PRB-1", soon(90))
        rig.wait_for("the move", lambda: rig.keys() == ["started", "eta_changed"])
        provider.resolve("PRB-1")
        rig.wait_for("the end", lambda: rig.keys() == ["started", "eta_changed", "resolved"])
        rig.wait_for("green again", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
        rig.wait_polls(2)
    assert len({outgoing.thread for outgoing in rig.told}) == 1
    assert [outgoing.urgency for outgoing in rig.told] == ["critical", "critical", "normal"]
    assert rig.keys() == ["started", "eta_changed", "resolved"]
    assert [kind for kind in rig.kinds() if kind != "updated"] == ["started", "eta_changed", "resolved"]
    levels = [event.level for event in rig.events if event.event == "level_changed"]
    assert levels == ["ok", "outage", "ok"]
    ids = [outgoing.replaces.notification_id for outgoing in rig.told[1:] if outgoing.replaces is not None]
    assert len(ids) == 2
    assert all(one == other for one, other in pairwise(ids))


def test_an_incident_elsewhere_is_not_even_known() -> None:
    """What does not hit the user's line makes no sound, no event and no line in the history."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
        provider.declare("PRB-9", services=("SVC-2002",))
        rig.wait_polls(2)
        assert rig.keys() == []
        assert rig.kinds() == []
        assert rig.state.history == ()
        assert tray_level(rig.state, rig.state.at) is Level.OK


def test_acknowledge_stills_the_bell_and_takes_the_notification_away() -> None:
    """Seen is seen: no ringing, nothing on the screen, the bell still red."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        provider.declare("PRB-1")
        rig.wait_for("the start", lambda: bool(rig.state.ringing) and rig.keys() == ["started"])
        rig.do(Acknowledge())
        rig.wait_for("still", lambda: not rig.state.ringing)
        rig.wait_for("taken away", lambda: bool(rig.channel.withdrawn))
        assert tray_level(rig.state, rig.state.at) is Level.OUTAGE


def test_the_action_of_a_notification_acknowledges() -> None:
    """*Acknowledge* pressed in the notification is the same as in the menu."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        provider.declare("PRB-1")
        rig.wait_for("the start", lambda: rig.keys() == ["started"] and bool(rig.state.ringing))
        thread = rig.told[0].thread
        assert rig.engine is not None
        assert rig.engine._loop is not None
        rig.engine._loop.call_soon_threadsafe(rig.channel.act, thread, "acknowledge")
        rig.wait_for("still", lambda: not rig.state.ringing)


def test_muted_says_nothing_until_the_end() -> None:
    """Muting silences the moves of the estimate, not the end, and changes no level."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        provider.declare("PRB-1", eta=soon(60))
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        rig.do(MuteUntilResolved())
        rig.wait_for("muted", lambda: bool(rig.state.muted))
        provider.set_estimate("PRB-1", soon(120))
        rig.wait_for("moved", lambda: rig.state.history[0].eta == soon(120) or rig.state.history[0].eta_moves == 1)
        assert tray_level(rig.state, rig.state.at) is Level.OUTAGE
        provider.resolve("PRB-1")
        rig.wait_for("the end", lambda: rig.keys()[-1] == "resolved")
        assert rig.keys() == ["started", "resolved"]


def test_three_failures_make_it_unreachable_and_an_answer_ends_that(caplog) -> None:
    """A provider that cannot be asked is unknown, never green, and is told once."""
    with ScriptedProvider() as provider, EngineRig(provider.settings(interval=1.0)) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
        provider.stop()
        for failures in (1, 2, 3):
            rig.do(CheckNow())
            rig.wait_for(f"{failures} failures", lambda f=failures: rig.state.accounts[0].failures >= f)
        rig.wait_for("told", lambda: rig.keys() == ["unreachable"])
        assert rig.kinds() == ["account_unreachable"]
        provider.start()
        rig.do(CheckNow())
        rig.wait_for("recovered", lambda: rig.kinds() == ["account_unreachable", "account_recovered"])
        rig.wait_for("taken away", lambda: bool(rig.channel.withdrawn))


def test_settings_change_while_running() -> None:
    """An account that is taken out while red closes its notification; the others go on."""
    with ScriptedProvider() as provider, StatuspageServer() as page:
        page.add_component("smtp", "SMTP")
        both = Settings(accounts=(provider.account(), page.account()))
        with EngineRig(both) as rig:
            provider.declare("PRB-1")
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            rig.settings = Settings(accounts=(page.account(),))
            rig.do(ReloadSettings())
            rig.wait_for("taken away", lambda: bool(rig.channel.withdrawn))
            rig.wait_for("gone", lambda: [view.id for view in rig.state.connections] == ["mailhost"])
            assert rig.state.history[0].episode.how is not None
            assert rig.state.history[0].episode.how.value == "unwatched"
            assert rig.keys() == ["started"]


def test_a_component_that_is_down_without_an_incident_rings() -> None:
    """Nobody wrote about it, but it is down: told, and taken over in silence by the incident when it comes."""
    with StatuspageServer() as page:
        page.add_component("smtp", "SMTP")
        account = page.account(connections=(Connection("mailhost", "Mail host", match=("smtp",)),))
        with EngineRig(Settings(accounts=(account,))) as rig:
            rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
            page.set_component("smtp", "major_outage")
            rig.do(CheckNow())
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            page.open_incident("inc-1", "SMTP down", impact="critical", components={"smtp": "major_outage"})
            rig.do(CheckNow())
            rig.wait_for("taken over", lambda: [each.provider_id for each in rig.state.history] == ["inc-1"])
            page.resolve("inc-1")
            rig.do(CheckNow())
            rig.wait_for("the end", lambda: rig.keys() == ["started", "resolved"])
            assert len(rig.state.history) == 1


def test_a_sibling_component_rings_nothing() -> None:
    """Another component of the same page and group is none of the user's business."""
    with StatuspageServer() as page:
        page.add_component("mail", "Mail", group=True)
        page.add_component("smtp", "SMTP", group_id="mail")
        page.add_component("imap", "IMAP", group_id="mail")
        account = page.account(connections=(Connection("mailhost", "Mail host", match=("smtp",)),))
        with EngineRig(Settings(accounts=(account,))) as rig:
            rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
            page.open_incident("inc-1", "IMAP down", impact="critical", components={"imap": "major_outage"})
            rig.do(CheckNow())
            rig.wait_polls(1)
            assert shown(rig.state.connections[0], rig.state.at).level is Level.OK
            assert rig.keys() == []


def test_stopping_with_a_request_hanging_is_quick() -> None:
    """Quit is quit, whatever a server does."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
        provider.fail(manner=Manner.HANG)
        asked = provider.polls
        rig.do(CheckNow())
        provider.wait_for_polls(asked + 1)
        before = datetime.now(UTC)
        rig.stop()
        assert datetime.now(UTC) - before < timedelta(seconds=30)  # it hangs for ever
        provider.recover()


class Instatus(BaseHTTPRequestHandler):
    """A healthy page of another product: 73 bytes and a list of components, nothing else."""

    DOCUMENTS: ClassVar = {
        "/summary.json": {"page": {"name": "Planet Mail", "url": "https://mail.example.net", "status": "UP"}},
        "/v2/components.json": {"components": [{"id": "c1", "name": "SMTP", "status": "OPERATIONAL"}]},
    }

    def do_GET(self) -> None:
        document = self.DOCUMENTS.get(self.path)
        body = json.dumps(document).encode() if document else b""
        self.send_response(200 if document else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_page_that_changed_its_product_is_read_as_what_it_is(caplog) -> None:
    """Trap: the account says so and goes on, instead of falling silent or turning red."""
    with StatuspageServer() as page:
        page.add_component("smtp", "SMTP")
        port = urlsplit(page.url).port
        account = replace(page.account(), interval=timedelta(seconds=1))
        with EngineRig(Settings(accounts=(account,))) as rig:
            rig.wait_for("green", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
            page.stop()
            with ThreadingHTTPServer(("127.0.0.1", port), Instatus) as server:
                thread = threading.Thread(target=server.serve_forever, args=(0.05,))
                thread.start()
                try:
                    rig.do(CheckNow())
                    rig.wait_for("told", lambda: [each.message.key for each in rig.state.faults] == ["product_changed"])
                    rig.wait_for("green again", lambda: tray_level(rig.state, rig.state.at) is Level.OK)
                finally:
                    server.shutdown()
                    thread.join()
            assert rig.keys() == []
