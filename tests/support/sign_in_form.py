"""The settings at an account that a person signs in to: what the tests of its form share."""

from dataclasses import replace

import pytest

from support.settings_scenes import Rig, settings
from support.sign_in_scenes import BY_BROWSER
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.login_form import LoginForm


@pytest.fixture
def rig(qtbot, tmp_path):
    """The settings at an account that a person signs in to."""
    made = Rig(tmp_path / "config.toml")
    qtbot.addWidget(made.window)
    known = settings()
    made.source.save(replace(known, accounts=(replace(known.accounts[0], auth=BY_BROWSER), *known.accounts[1:])))
    made.desk.reload()
    made.publish(accounts=())
    return made.show(PageName.ACCOUNTS, "home")


def form(rig: Rig) -> LoginForm:
    """The form that shows."""
    return next(each for each in rig.window.findChildren(LoginForm) if each.isVisible())
