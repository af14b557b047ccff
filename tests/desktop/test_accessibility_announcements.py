"""What a screen reader says by itself when things change: one sentence, once, wherever the user is."""

import pytest

from support.atspi import Reader
from support.atspi_stage import Stage
from support.notification_aside import NotificationAside
from support.program import PATIENCE, Program
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

BEGUN = "Outage on Home fibre since 17:58. No estimate given yet"
MOVED = "Outage on Home fibre since 17:58. Expected fixed at 21:15"
LATE = "Outage on Home fibre since 17:58. The estimate of 19:11 has passed"
POLITE, ASSERTIVE = 1, 2


@pytest.fixture
def bus():
    """A desktop, and a screen reader that can be turned on."""
    with VirtualDesktop(panel=None, dunst=False) as desktop, Reader(desktop, on=False) as reader:
        yield desktop, reader


@pytest.fixture
def stage(bus):
    """A program on it, in the background."""
    desktop, _ = bus
    with Stage(desktop) as made:
        yield made


def said(bus) -> list[tuple[str, int]]:
    """The sentences since this was last asked, and how urgent they are."""
    _, reader = bus
    return [(event.value, event.number) for event in reader.heard("Announcement")]


def read_by_somebody(bus, stage) -> None:
    """Turn the screen reader on, and wait until Qt knows what it wants to hear."""
    desktop, reader = bus
    reader.turn_on()
    desktop.wait_until(stage.is_read, PATIENCE, "Qt to know of somebody")

    def is_heard() -> bool:
        stage.say("?")
        if said(bus):
            return True
        reader.listen()
        return False

    desktop.wait_until(is_heard, PATIENCE, "Qt to know what to tell")


def test_each_change_is_said_once_whether_the_window_is_open_or_not(bus, stage):
    """An outage interrupts, an estimate and the end wait for their turn; the same state again says nothing."""
    read_by_somebody(bus, stage)
    for scene in ("quiet", "quiet"):
        stage.publish(scene)
    assert said(bus) == []
    for scene in ("outage begun", "outage begun", "outage moved", "outage moved", "quiet", "quiet"):
        stage.publish(scene)
    assert said(bus) == [(BEGUN, ASSERTIVE), (MOVED, POLITE), ("Home fibre works", POLITE)]
    stage.open()
    for scene in ("outage begun", "outage begun", "quiet"):
        stage.publish(scene)
    assert said(bus) == [(BEGUN, ASSERTIVE), ("Home fibre works", POLITE)]
    stage.hide()
    stage.publish("outage begun")
    assert said(bus) == [(BEGUN, ASSERTIVE)]
    stage.open()
    assert said(bus) == []


def test_muted_and_quiet_hours_hold_for_what_is_said_too(bus, stage):
    """Who muted an outage hears of its end; who wants to sleep hears nothing unless the window is open."""
    read_by_somebody(bus, stage)
    for scene in ("quiet", "outage muted"):
        stage.publish(scene)
    assert said(bus) == []
    stage.publish("quiet")
    assert said(bus) == [("Home fibre works", POLITE)]
    stage.publish("outage at night")
    assert said(bus) == []
    stage.publish("quiet")
    stage.open()
    said(bus)
    stage.publish("outage at night")
    ((sentence, _),) = said(bus)
    assert sentence.startswith("Outage on Home fibre since 17:58. Expected fixed at 20:30")


def test_what_is_read_out_of_a_notification_is_not_said_again(bus, stage):
    """Begin, estimate and end have their notifications; that an estimate has passed has none, and is said."""
    read_by_somebody(bus, stage)
    stage.publish("quiet", read_out=True)
    for _ in ("hidden", "open"):
        for scene in ("outage begun", "outage moved", "quiet", "outage soon over"):
            stage.publish(scene, read_out=True)
        assert said(bus) == []
        stage.let_pass(120)
        stage.publish("outage soon over", read_out=True)
        assert said(bus) == [(LATE, POLITE)]
        stage.let_pass(-120)
        stage.publish("quiet", read_out=True)
        stage.open()
    stage.publish("outage at night", read_out=True)
    ((sentence, _),) = said(bus)
    assert sentence.startswith("Outage on Home fibre since 17:58")


def test_what_only_the_window_is_left_to_show_is_said_once(bus, stage):
    """Whichever is there first, the state or the message, and whether or not the server is known to be gone."""
    read_by_somebody(bus, stage)
    stage.publish("quiet", read_out=True)
    stage.publish("outage begun", read_out=True)
    stage.fall("one")
    stage.publish("outage begun")
    assert said(bus) == [(BEGUN, ASSERTIVE)]
    stage.publish("outage moved", read_out=True)
    stage.fall("one")
    stage.publish("quiet")
    assert said(bus) == [("Home fibre works", POLITE)]
    stage.fall("one")
    stage.publish("outage begun", read_out=True)
    assert said(bus) == [(BEGUN, ASSERTIVE)]
    stage.publish("outage moved")
    stage.fall("one")
    stage.publish("outage moved")
    assert said(bus) == [(MOVED, POLITE)]


def test_what_holds_for_several_is_said_once(bus, stage):
    """A provider that cannot be asked is one sentence for all its connections, and none where nobody looks."""
    read_by_somebody(bus, stage)
    for scene in ("both", "silent", "both"):
        stage.publish(scene)
    assert said(bus) == []
    stage.open()
    stage.publish("silent")
    assert said(bus) == [("We cannot ask Planet Fibre since 17:58", POLITE)]
    stage.publish("both")
    assert said(bus) == [("Home fibre works. Office SIM works", POLITE)]


def test_the_running_program_says_it_from_the_tray():
    """The whole of it: a provider declares an outage, and whoever cannot see the bell hears of it."""
    with (
        ScriptedProvider() as provider,
        VirtualDesktop(panel=None, dunst=False) as desktop,
        Reader(desktop) as reader,
    ):
        program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
        program.wait_for_level("ok")
        provider.declare()
        event = reader.next("Announcement", patience=PATIENCE)
        assert event.value.startswith("Outage on Home fibre since ")
        assert event.number == ASSERTIVE
        program.tell("raise")
        window = reader.window("Outage on Home fibre")
        assert window.role == "frame"
        assert any(each.startswith("Outage on Home fibre") for each in window.texts[1:])


def test_the_running_program_leaves_it_to_a_desktop_that_reads_notifications_out():
    """Outage: the desktop says it, and the program does not. The desktop's server is gone at the end: now it does."""
    with (
        ScriptedProvider() as provider,
        VirtualDesktop(panel=None, dunst=False) as desktop,
        Reader(desktop) as reader,
        NotificationAside(desktop, "gnome-shell") as server,
    ):
        program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
        program.wait_for_level("ok")
        provider.declare()
        desktop.wait_until(lambda: server.titles, PATIENCE, "the notification")
        program.tell("raise")
        reader.window("Outage on Home fibre", PATIENCE)
        assert reader.heard("Announcement") == []
        server.leave()
        provider.resolve()
        assert reader.next("Announcement", patience=PATIENCE).value.startswith("Home fibre works")
        shown = "Home fibre works again"
        desktop.wait_until(lambda: any(shown in each for each in reader.window("Tocsin").texts), PATIENCE, shown)
        assert reader.heard("Announcement") == []


def test_nothing_of_it_is_there_without_a_screen_reader(bus, stage):
    """It costs whoever needs none nothing; whoever turns one on hears of changes from then on."""
    for scene in ("quiet", "outage begun"):
        stage.publish(scene)
    assert not stage.is_read()
    assert not stage.imported("tocsin.desktop.announcer")
    read_by_somebody(bus, stage)
    stage.publish("outage begun")
    assert stage.imported("tocsin.desktop.announcer")
    stage.publish("outage moved")
    assert said(bus) == [(MOVED, POLITE)]
