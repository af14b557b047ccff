"""Whom to turn to when nothing works: numbers, hours, steps and a page for the phone, all kept on this computer."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tocsin.desktop import opener
from tocsin.desktop.call_button import CallButton
from tocsin.desktop.copy_button import CopyButton
from tocsin.desktop.qr import QrCode
from tocsin.desktop.widgets import PlainLabel, Tone, button, fold, label, relabel
from tocsin.domain.account import Help
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_MOST_STEPS = 9
_ADDRESS = 250
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class HelpFold(QWidget):
    """The help of one connection, behind an arrow. Until the user moves the arrow it follows what is asked for."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._shown: tuple[Help, str, bool] | None = None
        self._is_touched = False
        self._fold = fold(words.gettext("Help"), self._on_fold)
        self._fold.clicked.connect(self._on_clicked)
        self._inside = QWidget()
        self._grid = QGridLayout()
        self._desk = _Number(words, self._grid, 0, words.gettext("Help desk"))
        self._hours = _Line(words, self._grid, 1, "", columns=2)
        self._outages = _Number(words, self._grid, 2, words.gettext("Outage line"))
        self._customer = _Copied(words, self._grid, 3, words.gettext("Customer number"))
        self._mail = _Copied(words, self._grid, 4, words.gettext("Mail"))
        self._page = _Line(words, self._grid, 5, words.gettext("Status page"))
        self._open = button("", self._on_open)
        self._steps_title = label(Tone.STRONG)
        self._steps = label(Tone.NORMAL)
        self._qr = QrCode()
        self._qr_text = label(Tone.QUIET)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._open, 5, 2)
        beside = QVBoxLayout()
        beside.setSpacing(3)
        for each in (self._qr_text, self._steps_title, self._steps):
            beside.addWidget(each)
        beside.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._qr, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(beside, 1)
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(2, 2, 0, 4)
        inside.setSpacing(6)
        inside.addLayout(top)
        inside.addLayout(self._grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._inside)

    def render_help(self, given: Help, name: str, page: str, *, is_urgent: bool, is_online: bool) -> None:
        """Show this help for the connection ``name``.

        ``page`` is the address to open on a phone. It stands open where it ``is_urgent``; the code is for who is not
        known to be online.
        """
        if not self._is_touched:
            self._fold.setChecked(is_urgent)
        self._inside.setVisible(self._fold.isChecked())
        if (given, page, is_online) != self._shown:
            self._shown = (given, page, is_online)
            self._fill(given, name)
        self._show_page(page, is_online=is_online)
        self.setVisible(given != Help() or (bool(page) and not is_online))

    def _show_page(self, page: str, *, is_online: bool) -> None:
        """The page as a link for who is online; for the rest as a code with the address in words, if it can be one."""
        words = self._words
        self._qr.show_address(page if self._fold.isChecked() and not is_online else "")
        is_link = opener.is_allowed(page) and not self._qr.address
        self._page.say(words.clean(page, _ADDRESS).removeprefix("https://") if is_link else "")
        self._open.setVisible(is_link)
        address = words.clean(self._qr.address, _ADDRESS)
        scan = words.gettext("Open the status page on a phone: {address}").format(address=address)
        self._qr_text.say(scan if address else "")
        self._qr.setAccessibleName(words.gettext("QR code of {address}").format(address=address))

    def _fill(self, given: Help, name: str) -> None:
        words = self._words
        opened = words.gettext("Help")
        relabel(self._fold, opened, words.captioned(opened, name))
        self._desk.show_number(given.phone, name)
        self._hours.say(words.clean(given.hours))
        self._outages.show_number(given.outage_line, name)
        number, mail = words.clean(given.customer_number, plain.TITLE), words.clean(given.mail, plain.TITLE)
        self._customer.show_text(number, words.gettext("Copy the customer number {number}").format(number=number))
        self._mail.show_text(mail, words.gettext("Copy the address {address}").format(address=mail))
        relabel(self._open, words.gettext("Open"), words.gettext("Open the status page: {name}").format(name=name))
        steps = [words.clean(step) for step in given.steps if words.clean(step)][:_MOST_STEPS]
        self._steps_title.say(words.gettext("What to try first") if steps else "")
        # Translators: a step of several, as in "2. Wait a minute".
        numbered = words.gettext("{n}. {step}")
        self._steps.say("\n".join(numbered.format(n=n, step=step) for n, step in enumerate(steps, 1)))

    @Slot()
    def _on_open(self) -> None:
        if self._shown is not None:
            opener.open_link(self._shown[1])

    @Slot()
    def _on_clicked(self) -> None:
        self._is_touched = True

    @Slot(bool)
    def _on_fold(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._inside.setVisible(is_open)
        if self._shown is not None:
            _, page, is_online = self._shown
            self._show_page(page, is_online=is_online)


class _Line:
    """One line of the grid: what it is, and the thing itself, that can be selected and copied."""

    def __init__(self, words: Phrasebook, grid: QGridLayout, row: int, title: str, *, columns: int = 1) -> None:
        self._words = words
        self._title: PlainLabel = label(Tone.QUIET)
        self._text = title
        self._value: PlainLabel = label(Tone.NORMAL)
        self._value.setTextInteractionFlags(_SELECTABLE)
        grid.addWidget(self._title, row, 0)
        grid.addWidget(self._value, row, 1, 1, columns)

    def say(self, text: str) -> None:
        """Show this; no line at all where it is empty."""
        self._title.say(self._text if text else "")
        self._value.say(text)
        self._value.setAccessibleName(self._words.captioned(self._text, text) if self._text else text)


class _Copied(_Line):
    """A line with a button that copies it as it is, without the places to break that a long word is shown with."""

    def __init__(self, words: Phrasebook, grid: QGridLayout, row: int, title: str) -> None:
        super().__init__(words, grid, row, title)
        self._copy = CopyButton(words)
        grid.addWidget(self._copy, row, 2)

    def show_text(self, text: str, name: str) -> None:
        """Show this; ``name`` is what a screen reader says of the button."""
        self.say(text)
        self._copy.set_text_to_copy(text, name)
        self._copy.setVisible(bool(text))


class _Number(_Line):
    """A line with a telephone number and a button that dials it where this computer can."""

    def __init__(self, words: Phrasebook, grid: QGridLayout, row: int, title: str) -> None:
        super().__init__(words, grid, row, title)
        self._words = words
        self._call = CallButton(words)
        grid.addWidget(self._call, row, 2)

    def show_number(self, number: str, name: str) -> None:
        """Show this number of the connection ``name``."""
        words, shown = self._words, self._words.clean(number, plain.NAME)
        self.say(shown)
        spoken = words.gettext("Call {number}: {name}").format(number=shown, name=name)
        self._call.show_number(number, words.gettext("Call"), spoken)
