"""What the window shows while offline: the verdict, what was last known, and help that needs no connection."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QMessageBox, QToolButton

from support import offline_scenes as scenes
from support.desktop_scenes import account, local, outage
from support.offline_window import button, buttons, clock, heard, opened, settle, show, texts, warm_painter, window
from tocsin.desktop import opener
from tocsin.desktop.qr import QrCode
from tocsin.domain.account import Help
from tocsin.domain.state import AdoptUplink
from tocsin.domain.terms import Level

__all__ = ["clock", "opened", "warm_painter", "window"]  # fixtures


def code(window) -> QrCode:
    return window.findChild(QrCode)


# --- the card ---


def test_the_card_says_the_verdict_and_what_was_last_known(window):
    """One sentence of both, the estimate as it was given with its age, and the provider's own words."""
    assert texts(show(window, scenes.cut_and_declared()))[:5] == [
        "Outage on Home fibre",
        "since 17:58 (1 h 12 min)",
        "Your line has been down since 17:58; Planet Fibre reports an outage since 17:58, expected 20:30.",
        "Expected fixed at 20:30 - moved twice, was 19:00, as of 18:45",
        "“Cable cut in Utrecht” - Planet Fibre, 18:40",
    ]


def test_what_is_fresh_has_no_age(window):
    """The words “as of” stand only where the provider was not heard lately."""
    state = scenes.cut_and_declared()
    fresh = replace(state.connections[0], sides=scenes.fibre(Level.OUTAGE, confirmed=scenes.seen_at().wall).sides)
    read = texts(show(window, replace(state, connections=(fresh,))))
    assert "Expected fixed at 20:30 - moved twice, was 19:00" in read


def test_what_only_the_line_shows_is_called_ours(window):
    """No provider is said to give no details, nor to have no estimate, of what it never spoke of."""
    read = texts(show(window, scenes.cut_alone()))
    assert read[0] == "Outage on Home fibre"
    assert "Your line has been down since 17:58; we could not ask Planet Fibre since 17:59." in read
    assert not [
        each
        for each in read
        if "provider gives no details" in each or "stimate" in each or "as of" in each or "line:" in each
    ]


def test_the_own_network_is_not_called_an_outage_of_the_provider(window):
    """It says whose it is, and offers nothing to report."""
    overview = show(window, scenes.cable_out())
    assert texts(overview)[0] == "Home fibre is cut off"
    assert any(each.startswith("Your own network is down, not the provider") for each in texts(overview))
    assert "Write down what to report" not in buttons(overview)


def test_a_network_to_sign_in_to_has_a_card_and_opens_the_one_page(window, opened):
    """The page is a constant of ours, and the only address of plain http that is ever opened."""
    overview = show(window, scenes.signing_in())
    assert "This network asks you to sign in" in " ".join(texts(overview))
    button(overview, "Open the sign-in page").click()
    assert opened == ["http://detectportal.firefox.com/success.txt"]
    assert not opener.is_allowed(opened[0])


def test_on_backup_says_so_and_asks_once_before_it_adopts(window):
    """A mistaken click changes nothing; the answer is awaited without stopping anything."""
    overview, commands = show(window, scenes.on_backup()), heard(window)
    assert any(each.startswith("You are on the backup Office SIM.") for each in texts(overview))
    assert "In use now, in place of your main connection." in texts(overview)
    button(overview, "This is my main connection now").click()
    button(overview, "This is my main connection now").click()
    (question,) = window.findChildren(QMessageBox)
    question.reject()
    settle()
    assert commands == []
    button(overview, "This is my main connection now").click()
    question = next(each for each in window.findChildren(QMessageBox) if each.isVisible())
    next(each for each in question.buttons() if each.text().startswith("Yes")).click()
    assert commands == [AdoptUplink()]


def test_a_router_that_was_replaced_can_be_adopted_while_all_is_well(window):
    """Traffic goes another way and the provider reports nothing: there is still a card with the button."""
    calm = scenes.on_backup()
    fibre = replace(calm.connections[0], incidents=(), line=scenes.side(scenes.LineState.NOT_MEASURED, on_backup=True))
    assert "This is my main connection now" in buttons(show(window, replace(calm, connections=(fibre,))))


def test_an_idle_backup_is_neither_good_nor_bad(window):
    """It stands last, and says that it is not in use."""
    read = texts(show(window, scenes.cut_and_declared()))
    assert read[-2:] == ["Office SIM (backup)", "not in use"]


# --- help ---


def test_help_is_open_in_an_outage_and_complete(window):
    """Everything that was put down, with the steps numbered."""
    read = texts(show(window, scenes.cut_alone()))
    assert "1. Is the green light on the modem on?\n2. Switch the modem off, wait a minute, switch it on." in read
    for title, value in (
        ("Help desk", "+31 (0)800 1234"),
        ("Outage line", "0800 9999 (free)"),
        ("Customer number", "NL-204-118"),
        ("Mail", "help@example.net"),
    ):
        assert value in read[read.index(title) :][:2]
    assert "Monday to Friday, 8 to 20" in read
    assert f"Open the status page on a phone: {scenes.PAGE}" in read


def test_online_the_page_is_a_link(window, opened):
    """No code is needed on a computer that reaches it: on backup, say."""
    overview = show(window, scenes.on_backup())
    assert "status.example.net/utrecht" in texts(overview)
    button(overview, "Open the status page: Home fibre").click()
    assert opened == [scenes.PAGE]


def test_numbers_are_dialled_as_written(window, opened):
    """Through the system's own program, from the settings only."""
    overview = show(window, scenes.cut_alone())
    button(overview, "Call +31 (0)800 1234: Home fibre").click()
    button(overview, "Call 0800 9999 (free): Home fibre").click()
    assert opened == ["tel:+318001234", "tel:08009999"]


def test_a_computer_that_cannot_dial_says_so(window, opened):
    """Rather than doing nothing."""
    opened.works = False
    overview = show(window, scenes.cut_alone())
    pressed = button(overview, "Call 0800 9999")
    pressed.click()
    assert pressed.text() == "Please dial on a phone"


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("0800-1234", "tel:08001234"),
        ("0800 12 34", "tel:08001234"),
        ("+31 (0)20 123 45 67", "tel:+31201234567"),
        ("(020) 123 45 67", ""),
        ("020/123.45.67, ask for outages", "tel:0201234567"),
        ("112", "tel:112"),
        ("0800-FIBRE", ""),
        ("12", ""),
        ("*#06#", ""),
        ("", ""),
        ("call us", ""),
        ("\u0660\u0668\u0660\u0660", ""),
        ("0800 1234?x=1", "tel:08001234"),
    ],
)
def test_telephone_links(written, link):
    """What people write, and what is no number."""
    assert opener.phone_link(written) == link
    assert not link or opener.is_allowed(link, from_settings=True)


def test_the_customer_number_can_be_copied(window):
    """And selected with the keyboard."""
    overview = show(window, scenes.cut_alone())
    copy = button(overview, "Copy the customer number")
    copy.click()
    assert QGuiApplication.clipboard().text() == "NL-204-118"
    assert copy.text() == "Copied"
    selectable = Qt.TextInteractionFlag.TextSelectableByKeyboard
    shown = [each for each in overview.findChildren(type(window._age)) if each.whole == "NL-204-118"]
    assert all(each.textInteractionFlags() & selectable for each in shown)
    assert len(shown) == 1


def test_help_stays_as_the_user_left_it(window):
    """Folded by hand it is not folded out by the next measurement."""
    overview = show(window, scenes.cut_alone())
    arrow = next(each for each in overview.findChildren(QToolButton) if each.text() == "Help")
    assert arrow.isChecked()
    arrow.click()
    show(window, scenes.cut_and_declared())
    assert not arrow.isChecked()
    assert "Customer number" not in texts(overview)
    assert not code(window).isVisible()


def test_help_is_folded_where_it_is_no_outage(window):
    """The window stays calm: one arrow."""
    slow = scenes.side(scenes.LineState.DEGRADED, None)
    state = scenes.state(scenes.fibre(line=slow), line=scenes.line(scenes.LineState.DEGRADED, None))
    overview = show(window, state)
    assert "Help" in buttons(overview)
    assert "Customer number" not in texts(overview)


def test_without_help_and_online_there_is_nothing_to_fold(window):
    """A card of a plain status page is what it was."""
    assert "Help" not in buttons(show(window, outage()))


def test_everything_can_be_reached_and_named(window):
    """With the keyboard alone, and by a screen reader."""
    overview = show(window, scenes.cut_alone())
    for name in ("Help: Home fibre", "Call +31", "Copy the customer number", "Copy the address"):
        assert button(overview, name).focusPolicy() & Qt.FocusPolicy.TabFocus
    assert scenes.PAGE in code(window).accessibleName()


# --- the code ---


def read_code(widget, folder) -> str:
    """What a reader of QR codes makes of the widget as it is on the screen."""
    file = folder / "code.png"
    assert widget.grab().save(str(file))
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_reads_the_code(window, tmp_path, dark):
    """In the whole window's picture, in both palettes: black on white with a quiet zone of four modules."""
    if dark:
        palette = QPalette(QColor("#202326"))
        window.setPalette(palette)
    show(window, scenes.cut_and_declared())
    assert read_code(window.overview, tmp_path) == scenes.PAGE
    widget = code(window)
    assert read_code(widget, tmp_path) == scenes.PAGE
    image = widget.grab().toImage()
    black = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == QColor(Qt.GlobalColor.black)
    ]
    white = sum(
        image.pixelColor(x, y) == QColor(Qt.GlobalColor.white)
        for x in range(image.width())
        for y in range(image.height())
    )
    assert len(black) + white == image.width() * image.height()  # sharp: nothing in between
    quiet = 4 * 3  # three pixels for each module
    assert min(x for x, _ in black) == min(y for _, y in black) == quiet
    assert max(x for x, _ in black) == max(y for _, y in black) == image.width() - 1 - quiet


@pytest.mark.parametrize(
    "address",
    [
        "https://störung.example/vorfälle?x=1&y=ü",
        "https://status.example.net/" + "a" * 200,
        "https://[2001:db8::1]:8443/incident",
    ],
)
def test_every_address_that_is_shown_can_be_read(qtbot, tmp_path, address):
    """Long ones and foreign letters too: the code has them as every phone reads them."""
    widget = QrCode()
    qtbot.addWidget(widget)
    widget.show_address(address)
    settle()
    assert widget.isVisible()
    assert read_code(widget, tmp_path) == bytes(opener.QUrl(address).toEncoded().data()).decode()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://status.example.net/",
        "javascript:alert(1)",
        "tel:112",
        "https://a@b.example/",
        "https://x.example/" + "a" * 300,
    ],
)
def test_no_code_for_what_may_not_be_opened(qtbot, address):
    """A code is a link like any other; one that is too fine for a screen is none."""
    widget = QrCode()
    qtbot.addWidget(widget)
    widget.show_address("https://status.example.net/")
    widget.show_address(address)
    assert not widget.isVisible()
    assert widget.address == ""


def test_the_code_goes_away_once_this_computer_is_online(window):
    """On backup the page can be opened here."""
    show(window, scenes.cut_alone())
    assert code(window).isVisible()
    show(window, scenes.on_backup())
    assert not code(window).isVisible()


def test_a_code_without_help_of_any_kind(window):
    """The incident's own page, where nothing was put down and nothing can be reached."""
    state = outage(accounts=(account(last_success=None, failing_since=local(21, 18)),))
    overview = show(window, state)
    assert code(overview).address == "https://status.example.net/incidents/1"


def test_nothing_is_loaded_for_a_code_that_is_not_shown():
    """A window that is fine costs no QR library."""
    program = (
        "import sys; sys.path[:0] = ['tests', 'src']\n"
        "from PySide6.QtWidgets import QApplication; app = QApplication([])\n"
        "from support import offline_scenes as scenes; from support.desktop_scenes import StillClock, english\n"
        "from tocsin.desktop.window import Window\n"
        "window = Window(english(), StillClock(), 'x', lambda: True)\n"
        "window.render_state(scenes.back_again()); window.show(); app.processEvents()\n"
        "print('segno' in sys.modules)\n"
        "window.render_state(scenes.cut_alone()); app.processEvents()\n"
        "print('segno' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "True"]


# --- small windows ---


def test_buttons_go_on_in_the_next_line(window):
    """A narrow window cuts no label off, in no language."""
    show(window, scenes.cut_alone())
    window.resize(QSize(320, 700))
    settle()
    seen = [button(window.overview, name) for name in ("Mute until", "Write down", "Call +31")]
    for each in seen:
        assert each.width() >= each.sizeHint().width()
        assert each.mapTo(window.overview, each.rect().topRight()).x() <= window.overview.width()
    assert len({each.y() for each in seen}) > 1
    assert not any(
        a.geometry().intersects(b.geometry()) for a in seen for b in seen if a is not b and a.parent() is b.parent()
    )


def test_time_alone_takes_the_knowledge_away(window, clock):
    """When nobody measures any more the age is said, and nothing claims to be online."""
    show(window, scenes.on_backup())
    clock.advance(timedelta(hours=2).total_seconds())
    window._on_tick()
    settle()
    assert code(window).isVisible()
    QApplication.processEvents()


def test_help_that_is_taken_out_of_the_settings_goes(window):
    """What was shown before does not linger."""
    overview = show(window, scenes.cut_alone())
    state = scenes.cut_alone()
    show(window, replace(state, connections=(replace(state.connections[0], help=Help()),)))
    assert "Help" not in buttons(overview)
    assert "NL-204-118" not in texts(overview)


def test_the_history_says_in_words_what_only_the_line_showed(window):
    """The record's own name for it is for machines; a provider's title stays as it is."""
    show(window, scenes.cut_alone())
    model = window.history.entries.model()
    row = model.index(0, 0)
    assert row.data() == "Line down"
    assert row.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Line down, Home fibre")
    window.render_state(scenes.cut_and_declared())
    assert model.index(0, 0).data() == "Cable cut in Utrecht"
