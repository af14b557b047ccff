"""The user's own line from its fall to its return, on a real desktop: a cable cut between two hosts, and the program.

The network is one of ``support.netns``, the pace of the rounds is the one that users have: what only time can make
sure of is waited for. Every round that need not wait for the next minute is asked for, as *Check now* does.
"""

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from support import window_reader
from support.netns import Network
from support.netns_build import TARGETS
from support.netns_tools import inside
from support.program import (
    PATIENCE,
    Program,
    notified,
    press,
    red_pixels,
    told,
    until_focused,
    until_titled,
    wait_for_no_red,
    wait_for_red,
)
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop
from tocsin.domain.line_policy import LinePolicy

pytestmark = pytest.mark.desktop

POLICY = LinePolicy()
DOWN_WITHIN = (POLICY.time_to_down - POLICY.calm).total_seconds()
"""Seconds from a cut to a red bell, where the next round need not be waited for."""
UP_WITHIN = POLICY.time_to_up.total_seconds()
MEASURED = f"""\
[line]
targets = {json.dumps([f"tcp://{each}:443" for each in TARGETS])}
names = ["one.example.net"]
"""
ALONE = f"""\
{MEASURED}
[[accounts]]
id = "home"
provider = "line"
name = "Planet Fibre"

[accounts.help]
phone = "0800 1234"
customer_number = "12-3456"
status_url = "https://status.example.net/"
steps = ["Switch the box off and on again."]

[[accounts.connections]]
id = "fibre"
name = "Home fibre"
"""
UNASKED = """\
# My own line, and nobody's word on it.
[line]
measure = true  # as long as it costs nothing

[[accounts]]
id = "home"
provider = "line"
name = "Planet Fibre"

[[accounts.connections]]
id = "fibre"
name = "Home fibre"
"""


@pytest.fixture(scope="module")
def world() -> Iterator[Network]:
    """One network for all of these tests."""
    with Network() as network:
        yield network


@pytest.fixture
def network(world) -> Iterator[Network]:
    """The same, mended after each test."""
    yield world
    world.mend()


def program_in(network: Network, desktop: VirtualDesktop, config: str, *accounts, name="profile", **more) -> Program:
    """A program in the network's home, to be started. Of this computer's own power and networks it hears nothing."""
    env = {
        "SSL_CERT_FILE": str(network.trusted),
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={desktop.directory}/none",
    } | more.pop("env", {})
    made = Program(desktop, *accounts, name=name, network=network.home, env=env, **more)
    settings = made.profile.settings
    settings.write_text(config + "\n" + (settings.read_text() if accounts else ""))
    return made


def events(watch: Program) -> list[dict]:
    """What a ``watch --json`` printed so far."""
    return [json.loads(line) for line in watch.printed.splitlines() if line.endswith("}")]


def words(watch: Program) -> list[str]:
    """The names of these events."""
    return [each["event"] for each in events(watch)]


def levels(said: list[dict]) -> list[str]:
    """The levels that it changed to."""
    return [each["detail"]["to"] for each in said if each["event"] == "level_changed"]


def codes_on(desktop: VirtualDesktop) -> str:
    """What a phone reads off the screen."""
    picture = desktop.screenshot(desktop.directory / "screen.png")
    return desktop.run("zbarimg", "--quiet", "--raw", str(picture), check=False).strip()


def test_a_cut_and_its_end(network):
    """Issue: red within what the policy promises, told once, help that works offline; the end takes its place."""
    with VirtualDesktop(panel="lxqt") as desktop:
        program = program_in(network, desktop, ALONE, hook=window_reader.hook(desktop)).start()
        watch = program_in(network, desktop, ALONE, name="watch").start("watch", "--json")
        program.wait_for_level("ok")
        watch.wait_for_level("ok")
        wait_for_no_red(desktop)
        assert program.status()["line"] == {"state": "up", "cause": None, "link": "primary"}
        assert desktop.log.calls() == []

        cut_at = datetime.now(UTC)
        network.cut("beyond")
        program.tell("check")
        watch.tell("check")
        wait_for_red(desktop, DOWN_WITHIN)
        start = told(desktop, "Outage on Home fibre since")
        assert start.body.startswith("Your line has been down since")
        assert "Help desk: 0800 1234" in start.body
        assert (start.urgency, start.replaces) == ("critical", 0)
        assert program.status()["line"] == {"state": "down", "cause": "beyond_gateway", "link": "primary"}
        assert program.status()["ringing"]

        desktop.click_icon()
        until_focused(desktop)
        card = window_reader.wait_for_text(desktop, "Your line has been down since")
        for text in ("Outage on Home fibre", "Switch the box off", "12-3456", "https://status.example.net/"):
            assert card.says(text), card.texts
        desktop.wait_until(lambda: codes_on(desktop) == "https://status.example.net/", PATIENCE, "the code")
        assert card.button("Call")

        desktop.wait_until(lambda: "line_down" in words(watch), DOWN_WITHIN, "the event")
        network.restore("beyond")
        program.tell("check")
        watch.tell("check")
        wait_for_no_red(desktop, UP_WITHIN)
        _, end = notified(desktop, 2)
        assert (end.id, end.replaces, end.stack_tag, end.urgency) == (start.id, start.id, start.stack_tag, "normal")
        assert end.summary.startswith("Home fibre works again: the outage lasted")
        assert program.status()["level"] == "ok"
        calm = window_reader.wait_for_text(desktop, "OK, measured")
        assert not calm.says("Your line is down")
        assert calm.codes == ()
        desktop.wait_until(lambda: codes_on(desktop) == "", PATIENCE, "the code to go")
        assert len(desktop.log.calls()) == 2

        desktop.wait_until(lambda: "line_up" in words(watch), UP_WITHIN, "the end's event")
        desktop.wait_until(lambda: levels(events(watch))[-1] == "ok", PATIENCE, "the end of the change of level")
        _are_as_the_contract_has_them(events(watch), cut_at)
        assert (program.terminate(), watch.terminate()) == (0, 0)
        assert "Traceback" not in program.log + program.printed + watch.log
        assert "ERROR" not in program.log + watch.log


def _are_as_the_contract_has_them(said: list[dict], cut_at: datetime) -> None:
    """DESIGN, Contracts: ``line_down`` and ``line_up`` with state and cause, for the account and its connection."""
    down, up = (each for each in said if each["event"].startswith("line_"))
    for each in (down, up):
        assert set(each) == {"at", "event", "account", "connection", "level", "incident", "detail"}
        assert (each["account"], each["connection"]) == ("home", "fibre")
    assert (down["event"], down["level"]) == ("line_down", "outage")
    assert (down["detail"]["state"], down["detail"]["cause"]) == ("down", "beyond_gateway")
    assert down["incident"]["relevant"]
    began = datetime.fromisoformat(down["incident"]["started_at"])
    assert abs((began - cut_at).total_seconds()) < POLICY.timeout.total_seconds()
    assert (up["event"], up["level"]) == ("line_up", "ok")
    assert (up["detail"]["state"], up["detail"]["cause"]) == ("up", None)
    assert up["incident"]["id"] == down["incident"]["id"]
    assert levels(said) == ["ok", "outage", "ok"]


def test_a_cut_that_the_provider_declares_is_told_in_dutch(network):
    """LOOK: Dutch. The line falls first, the provider names it: one incident, one notification, F5 for a round."""
    provider = ScriptedProvider()
    inside(network.home, provider.start)
    try:
        with VirtualDesktop(panel="trayer") as desktop:
            more = {"secrets": {"home": provider.token}, "env": {"LANG": "nl_NL.UTF-8"}}
            hook = window_reader.hook(desktop)
            program = program_in(network, desktop, MEASURED, provider.account(), hook=hook, **more).start()
            program.wait_for_level("ok")
            desktop.wait_until(lambda: program.status()["line"]["state"] == "up", PATIENCE, "a line that is up")
            program.tell("raise")
            until_focused(desktop)

            network.refuse()
            press(desktop, "F5")
            wait_for_red(desktop, DOWN_WITHIN)
            start = told(desktop, "Storing op Home fibre sinds")
            assert start.body.startswith("Uw lijn ligt plat sinds")
            assert "Planet Fibre meldt nog niets: geef het door." in start.body
            until_titled(desktop, "Storing op Home fibre sinds")

            provider.declare(eta=datetime.now(UTC) + timedelta(hours=1))
            _, named = notified(desktop, 2)
            assert (named.id, named.replaces, named.stack_tag) == (start.id, start.id, start.stack_tag)
            assert "Planet Fibre meldt een storing sinds" in named.body
            assert "“No internet in Utrecht” - Planet Fibre" in named.body
            card = window_reader.wait_for_text(desktop, "Planet Fibre meldt een storing")
            assert card.says("No internet in Utrecht")
            program.ask(provider)
            assert len(desktop.log.calls()) == 2
            assert program.terminate() == 0
            assert "Traceback" not in program.log + program.printed
    finally:
        provider.stop()


def test_the_line_is_measured_once_the_user_said_so(network):
    """Issue: asked once, to whom and how often. A yes goes into config.toml, whose comments stay, and holds at once."""
    asked_before = len(network.servers.requests)
    with VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_in(network, desktop, UNASKED, hook=window_reader.hook(desktop)).start("run")
        desktop.click_icon()
        until_focused(desktop)
        asked = window_reader.wait_for_text(desktop, "May Tocsin measure your line?")
        for host in ("9.9.9.9", "1.1.1.1", "detectportal.firefox.com", "dns.quad9.net"):
            assert asked.says(host), asked.texts
        assert asked.says("Every minute it would contact")
        assert program.status()["level"] == "unknown"
        assert len(network.servers.requests) == asked_before

        desktop.click(*window_reader.standing(desktop, "Measure my line"))
        desktop.wait_until(lambda: "public" in program.profile.settings.read_text(), PATIENCE, "the answer to be kept")
        program.wait_for_level("ok")
        told_now = window_reader.wait_for_text(desktop, "OK, measured")
        assert not told_now.says("May Tocsin measure")
        assert len(network.servers.requests) > asked_before, "the page of the sign-in check was not asked"

        kept = program.profile.settings.read_text()
        assert tomllib.loads(kept)["line"] == {"measure": True, "public": True}
        for comment in ("# My own line, and nobody's word on it.", "# as long as it costs nothing"):
            assert comment in kept
        assert red_pixels(desktop) == 0
        assert program.terminate() == 0
        assert "Traceback" not in program.log + program.printed
