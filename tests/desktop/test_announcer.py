"""What the announcer keeps in mind; what it says is read off the real bus in ``test_accessibility_announcements``."""

from dataclasses import replace

from PySide6.QtCore import QObject

from support.desktop_scenes import StillClock, english, outage, outage_incident, quiet, view
from tocsin.desktop import announcer
from tocsin.domain.terms import Level

MANY = 150


def test_of_what_was_left_to_notifications_only_the_latest_is_remembered(monkeypatch, qapp):
    """A message may still come to the window; not one of months ago. The one that does is said."""
    heard, place, clock = [], QObject(), StillClock()
    monkeypatch.setattr(announcer, "_announce", lambda _, text, *, is_urgent: heard.append((text, is_urgent)))
    speaker = announcer.Announcer()
    calm = quiet(read_out=True, connections=(view("fibre", "Home fibre", Level.OK),))
    speaker.follow(english(), calm, clock.now(), place)
    for number in range(MANY):
        cut = replace(outage_incident(), uid=f"cut-{number}")
        out = (view("fibre", "Home fibre", Level.OUTAGE, incidents=(cut,)),)
        speaker.follow(english(), outage(read_out=True, connections=out), clock.now(), place)
        if number < MANY - 1:
            speaker.follow(english(), calm, clock.now(), place)
    assert heard == []
    assert len(speaker._left) < MANY
    speaker.came_here(f"cut-{MANY - 1}")
    speaker.follow(english(), outage(read_out=True, connections=out), clock.now(), place)
    ((text, is_urgent),) = heard
    assert text.startswith("Outage on Home fibre since 17:58")
    assert is_urgent
