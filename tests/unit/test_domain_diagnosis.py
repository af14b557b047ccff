"""What the doctor finds, as values: in order, and with what needs a look set apart."""

from datetime import UTC, datetime

import pytest

from tocsin.domain.diagnosis import Diagnosis, Finding, Mark, Topic, in_order
from tocsin.domain.message import Message
from tocsin.domain.terms import Obstacle

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def found(topic: Topic, mark: Mark = Mark.FINE, subject: str = "") -> Finding:
    return Finding(topic, mark, Message("ok"), subject)


def test_findings_come_by_topic_and_as_they_came_within_one() -> None:
    """A report that is pasted reads the same every time."""
    first, second = found(Topic.ACCOUNT, subject="b"), found(Topic.ACCOUNT, subject="a")
    qt, tray = found(Topic.QT), found(Topic.TRAY)
    assert in_order([first, tray, second, qt]) == (qt, tray, first, second)


@pytest.mark.parametrize(("mark", "needed"), [(Mark.FINE, False), (Mark.ASIDE, False), (Mark.ATTENTION, True)])
def test_one_thing_to_look_at_is_enough(mark, needed) -> None:
    """The exit code says so."""
    assert Diagnosis(NOW, (found(Topic.QT), found(Topic.TRAY, mark))).needs_attention is needed


def test_what_may_pass_by_itself_is_not_what_waits_for_the_user() -> None:
    """A proxy that is away for a moment is; a password that is wrong is not."""
    assert Obstacle.PROXY_UNREACHABLE.may_pass
    assert not Obstacle.PROXY_LOGIN.may_pass
