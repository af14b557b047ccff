"""Fixtures for tests that paint."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from tocsin.desktop.bell import Bells, Face
from tocsin.domain.terms import Level


@pytest.fixture(scope="module", autouse=True)
def warm_painter(qapp):
    """Let Qt start its painting threads before a test is watched for what it leaves behind.

    Qt keeps them (and a descriptor each) for thirty seconds after a larger area was blended; no test can wait for that.
    """
    bells = Bells(QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white))
    for level in Level:
        bells.image(Face(level), 256)
    qapp.processEvents()
