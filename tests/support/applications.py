"""Desktop applications that are ended after their test, and a thread that speaks to them."""

import threading

import pytest
from PySide6.QtGui import QGuiApplication

from support.desktop_scenes import StillClock, english
from tocsin.desktop.application import DesktopApplication


@pytest.fixture
def make(qapp):
    """Makes applications and ends them."""
    made = []

    def build(*, background=True, words=english):
        made.append(DesktopApplication(phrasebook=words, clock=StillClock(), background=background))
        return made[-1]

    yield build
    for each in made:
        each.close()
        each.deleteLater()
    QGuiApplication.setWindowIcon(QGuiApplication.windowIcon().__class__())


@pytest.fixture
def desktop(make):
    return make()


def in_a_thread(work):
    """Run this in another thread, as the engine does, and return what it returned."""
    result = []
    thread = threading.Thread(target=lambda: result.append(work()), name="engine")
    thread.start()
    thread.join()
    return result[0]
