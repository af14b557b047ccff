"""The pages of the settings: each field changes what it says and nothing else, in a file that is really written."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox

from support.painting import warm_painter
from support.settings_scenes import Rig, enter, settings, settle
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.field import Field
from tocsin.domain.account import Auth, AuthKind, Connection, OAuthFlow, Settings, Usage
from tocsin.domain.state import StartWithComputer, TryAlarm
from tocsin.domain.terms import ConnectionKind, Role

__all__ = ["warm_painter"]  # a fixture for all of this module

HOME = "account.home"
HELP = "help.home"


@pytest.fixture
def rig(qtbot, tmp_path):
    made = Rig(tmp_path / "config.toml")
    yield made
    made.window.let_go()
    made.window.close()
    made.window.deleteLater()


def press(rig, text, *, within=None):
    """The visible button with this label, pressed."""
    there = (within or rig.window).findChildren(QAbstractButton)
    next(each for each in there if each.isVisible() and each.text() == text).click()
    settle()


def home(**changes) -> Settings:
    """The settings with the first account changed."""
    first, second = settings().accounts
    return settings(accounts=(replace(first, **changes), second))


def fibre(**changes) -> Settings:
    """The settings with the first connection changed."""
    first, second = settings().accounts[0].connections
    return home(connections=(replace(first, **changes), second))


def line(**changes) -> Settings:
    return settings(line=replace(settings().line, **changes))


def told(**changes) -> Settings:
    return settings(notifications=replace(settings().notifications, **changes))


def helped(**changes) -> Settings:
    return home(help=replace(settings().accounts[0].help, **changes))


def network(**changes) -> Settings:
    return settings(network=replace(settings().network, **changes))


STILL = settings(appearance=replace(settings().appearance, swing=False))

EDITS = [
    (PageName.ACCOUNTS, "home", f"{HOME}.name", "Planet Fiber", home(name="Planet Fiber")),
    (PageName.ACCOUNTS, "home", f"{HOME}.url", "https://x.example.net", home(url="https://x.example.net")),
    (PageName.ACCOUNTS, "home", f"{HOME}.interval", 90, home(interval=timedelta(seconds=90))),
    (PageName.ACCOUNTS, "home", f"{HOME}.paused", True, home(paused=True)),
    (PageName.ACCOUNTS, "home", f"{HOME}.options.version", "v5", home(options={"version": "v5"})),
    (PageName.ACCOUNTS, "home", f"{HOME}.allow_insecure", True, home(allow_insecure=True)),
    (PageName.ACCOUNTS, "home", f"{HOME}.auth", "Without signing in", home(auth=Auth())),
    (PageName.ACCOUNTS, "home", f"{HOME}.connection.fibre.name", "Glass", fibre(name="Glass")),
    (PageName.ACCOUNTS, "home", f"{HOME}.connection.fibre.kind", "TV", fibre(kind=ConnectionKind.TV)),
    (PageName.ACCOUNTS, "home", f"{HOME}.connection.fibre.role", "backup", fibre(role=Role.BACKUP)),
    (
        PageName.ACCOUNTS,
        "home",
        f"{HOME}.connection.fibre.match",
        "svc-1\n\n svc-2 \nsvc-1",
        fibre(match=("svc-1", "svc-2")),
    ),
    (PageName.NOTIFICATIONS, "", "notifications.quiet", False, told(quiet_from=None, quiet_until=None)),
    (PageName.NOTIFICATIONS, "", "notifications.quiet_from", "23:30", told(quiet_from=time(23, 30))),
    (PageName.NOTIFICATIONS, "", "notifications.quiet_until", "06:15", told(quiet_until=time(6, 15))),
    (PageName.NOTIFICATIONS, "", "notifications.outages_in_quiet", False, told(outages_in_quiet=False)),
    (PageName.NOTIFICATIONS, "", "notifications.swing", False, STILL),
    (PageName.LINE, "", "line.measure", False, line(measure=False)),
    (PageName.LINE, "", "line.public", False, line(public=False)),
    (PageName.LINE, "", "line.targets", "https://one.example.net/", line(targets=("https://one.example.net/",))),
    (PageName.LINE, "", "line.targets", "", line(targets=())),
    (PageName.LINE, "", "line.names", "example.net\nexample.org", line(names=("example.net", "example.org"))),
    (PageName.LINE, "", "usage", "For business", settings(usage=Usage.BUSINESS)),
    (PageName.LINE, "", "line.calls", "No", line(calls=False)),
    (PageName.LINE, "", "line.interface", "eth0", line(interface="eth0")),
    (PageName.HELP, "", f"{HELP}.phone", "0800 999", helped(phone="0800 999")),
    (PageName.HELP, "", f"{HELP}.outage_line", "+31 20 1", helped(outage_line="+31 20 1")),
    (PageName.HELP, "", f"{HELP}.mail", "help@example.net", helped(mail="help@example.net")),
    (PageName.HELP, "", f"{HELP}.status_url", "s.example.net", helped(status_url="https://s.example.net")),
    (PageName.HELP, "", f"{HELP}.hours", "weekdays", helped(hours="weekdays")),
    (PageName.HELP, "", f"{HELP}.customer_number", "0042", helped(customer_number="0042")),
    (PageName.HELP, "", f"{HELP}.steps", "One\nTwo", helped(steps=("One", "Two"))),
    (PageName.APPEARANCE, "", "language", "Nederlands", settings(language="nl")),
    (PageName.APPEARANCE, "", "appearance.swing", False, STILL),
    (PageName.NETWORK, "", "network.proxy", "No proxy", network(proxy="none")),
    (PageName.NETWORK, "", "network.proxy_user", "anna", network(proxy_user="anna")),
    (PageName.NETWORK, "", "network.ca_file", "/etc/ssl/ours.pem", network(ca_file="/etc/ssl/ours.pem")),
    (PageName.NETWORK, "", "network.client_cert", "~/me.pem", network(client_cert="~/me.pem")),
]


@pytest.mark.parametrize(
    ("page", "place", "name", "value", "wanted"), EDITS, ids=[f"{edit[2]} {edit[3]}" for edit in EDITS]
)
def test_a_field_changes_what_it_says_and_nothing_else(rig, page, place, name, value, wanted):
    """One edit is one command, equal to what ran but for its field; the file reads back as it; undo brings all back."""
    rig.show(page, place)
    enter(rig.field(name), value)
    assert rig.saved == [wanted]
    assert rig.on_disk == wanted
    assert rig.window.status.said == "Saved."
    press(rig, "Undo")
    assert rig.on_disk == settings()
    assert rig.window.status.said == "The last change was taken back."


def test_every_field_is_in_the_table(rig):
    """No field is left untried."""
    for page in PageName:
        rig.show(page, "home" if page is PageName.ACCOUNTS else "")
    there = {each.objectName() for each in rig.window.findChildren(Field)}
    there = {each for each in there if not each.startswith("secret.")}  # no setting
    elsewhere = {"start", "help.account", "network.proxy.address", "network.client_key", f"{HOME}.auth.flow"}
    elsewhere |= {each for each in there if each.startswith((f"{HOME}.auth.", f"{HOME}.connection.sim."))}
    assert there - elsewhere == {name for _, _, name, _, _ in EDITS}


WRONG = [
    (PageName.ACCOUNTS, "home", f"{HOME}.name", "  "),
    (PageName.ACCOUNTS, "home", f"{HOME}.url", "http://status.example.net"),
    (PageName.ACCOUNTS, "home", f"{HOME}.url", "https://anna:secret@example.net"),
    (PageName.LINE, "", "line.targets", "tcp://192.0.2.1:443\nudp://192.0.2.1"),
    (PageName.LINE, "", "line.names", "not a name"),
    (PageName.LINE, "", "line.interface", "e" * 65),
    (PageName.HELP, "", f"{HELP}.phone", "call me"),
    (PageName.HELP, "", f"{HELP}.mail", "nobody"),
    (PageName.HELP, "", f"{HELP}.status_url", "javascript:alert(1)"),
    (PageName.NETWORK, "", "network.ca_file", "ours.pem"),
    (PageName.NETWORK, "", "network.client_key", "~/key.pem"),
    (PageName.NETWORK, "", "network.proxy_user", "anna:secret"),
]


@pytest.mark.parametrize(("page", "place", "name", "value"), WRONG, ids=[f"{wrong[2]} {wrong[3]}" for wrong in WRONG])
def test_what_is_wrong_is_said_beside_the_field_and_stays(rig, page, place, name, value):
    """It is neither sent nor lost, and a screen reader says why."""
    rig.show(page, place)
    shown = rig.field(name)
    enter(shown, value)
    assert shown.problem
    assert shown.problem in shown.editor.accessibleDescription()
    assert shown.draft is not None
    rig.clock.advance(1)
    rig.publish()
    assert shown.draft.splitlines() == value.splitlines()
    assert rig.sent == []


# --- accounts ---


def test_the_list_says_how_each_stands(rig):
    """Name, connections, and whether it answers."""
    rig.show()
    entries = rig.window.page.findChild(type(rig.window.page._listing.entries))
    assert [entries.item(row).text() for row in range(entries.count())] == [
        "Planet Fibre: Home fibre and Office SIM\nanswered at 19:09",
        "Mail & More: Mail host\nnot asked yet",
    ]


def test_an_account_is_paused_and_goes_on(rig):
    """One press each; nothing else of it changes."""
    rig.show()
    press(rig, "Pause")
    assert rig.on_disk == home(paused=True)
    assert rig.window.status.said == "Planet Fibre is paused. Saved."
    press(rig, "Resume")
    assert rig.on_disk == settings()


def test_an_account_is_removed_after_a_question_and_comes_back(rig):
    """It is asked once; Escape removes nothing; undo brings all of it back."""
    rig.show()
    press(rig, "Remove")
    question = rig.window.findChild(QMessageBox)
    assert "Its secret stays in the keyring" in question.informativeText()
    question.reject()
    settle()
    assert rig.sent == []
    press(rig, "Remove")
    press(rig, "Remove", within=rig.window.findChildren(QMessageBox)[-1])
    assert [account.id for account in rig.on_disk.accounts] == ["host"]
    press(rig, "Undo")
    assert rig.on_disk == settings()


def test_a_connection_is_added_and_removed(rig):
    """A new one gets an id of its own; the last one of an account cannot go."""
    rig.show(PageName.ACCOUNTS, "host")
    assert "Remove this connection" not in _buttons(rig)
    press(rig, "Add a connection")
    added = rig.on_disk.accounts[1].connections[1]
    assert added == Connection("new-connection", "New connection")
    assert rig.window.focusWidget() is not None
    enter(rig.field("account.host.connection.new-connection.name"), "Webmail")
    assert rig.on_disk.accounts[1].connections[1].name == "Webmail"
    rig.window.page._forms["host"]._forms["new-connection"]._on_remove()
    settle()
    assert rig.on_disk == settings()


def _buttons(rig) -> list[str]:
    return [each.text() for each in rig.window.findChildren(QAbstractButton) if each.isVisible()]


def test_a_login_is_saved_once_it_is_complete(rig):
    """Half a login is no login: the user name has to be there before basic is one."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.auth"), "User name and password")
    assert rig.saved == []
    enter(rig.field(f"{HOME}.auth.user"), "anna")
    assert rig.saved == [home(auth=Auth(AuthKind.BASIC, user="anna"))]
    assert rig.on_disk == rig.saved[0]


def test_oauth_by_a_person_needs_its_addresses(rig):
    """The flow decides which; then that person can sign in."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.auth"), "OAuth 2")
    enter(rig.field(f"{HOME}.auth.flow"), "You, in the browser")
    for name, value in (
        ("client_id", "tocsin"),
        ("token_url", "https://id.example.net/token"),
        ("authorize_url", "https://id.example.net/authorize"),
    ):
        assert rig.saved == []
        enter(rig.field(f"{HOME}.auth.{name}"), value)
    wanted = Auth(
        AuthKind.OAUTH2,
        client_id="tocsin",
        token_url="https://id.example.net/token",
        authorize_url="https://id.example.net/authorize",
        flow=OAuthFlow.CODE,
    )
    assert rig.on_disk == home(auth=wanted)
    assert "Sign in again" in _buttons(rig)


# --- the rest ---


def test_the_start_with_the_computer_is_switched(rig):
    """It is no part of the file; where nobody knows about it there is nothing to switch."""
    rig.show(PageName.APPEARANCE)
    assert not rig.window.findChild(Field, "start").isVisible()
    rig.publish(autostart=False)
    enter(rig.field("start"), value=True)
    assert rig.sent == [StartWithComputer(on=True)]


def test_a_proxy_of_ones_own_is_saved_with_its_address(rig):
    """Choosing it alone changes nothing yet."""
    rig.show(PageName.NETWORK)
    enter(rig.field("network.proxy"), "This proxy:")
    assert rig.saved == []
    enter(rig.field("network.proxy.address"), "proxy.example.net:3128")
    assert rig.on_disk == network(proxy="http://proxy.example.net:3128")


def test_a_test_alarm_is_asked_for(rig):
    """A button, and a word that it was sent."""
    rig.show(PageName.NOTIFICATIONS)
    press(rig, "Send a test alarm")
    assert rig.sent == [TryAlarm()]
    assert rig.window.status.said == "A test alarm was sent."


def test_privacy_tells_who_is_contacted_and_follows_the_settings(rig, qtbot):
    """It is found out aside, and again when something changed."""
    rig.show(PageName.PRIVACY)

    def said(text):
        return any(text in each.text().replace("\u200b", "") for each in rig.window.page.findChildren(QLabel))

    qtbot.waitUntil(lambda: said("api.planetfibre.example.net"))
    rig.publish(settings=settings(accounts=settings().accounts[1:]))
    qtbot.waitUntil(lambda: not said("api.planetfibre.example.net") and said("status.mailandmore.example.net"))
    assert said("tocsin privacy")


def test_the_report_is_made_aside_and_copied(rig, qtbot):
    """The doctor takes seconds; the window goes on."""
    rig.show(PageName.ABOUT)
    press(rig, "Make the report")
    qtbot.waitUntil(lambda: "all is well" in rig.window.page._text.toPlainText())
    rig.window.page._copy.click()
    assert QGuiApplication.clipboard().text() == "Tocsin 0.1.0: all is well"
