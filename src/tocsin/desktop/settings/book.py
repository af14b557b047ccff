"""All pages of the settings, one of which shows. Each is made when it is first looked at."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.field import Field
from tocsin.desktop.settings.page import Page
from tocsin.desktop.settings.secret_box import SECRET, SecretField
from tocsin.words.phrasebook import Phrasebook

_PAGE_CHARACTERS = 58  # a page that is wider is no easier to read
_SIDE = 14
_ALL = 1000  # the page takes the width that it may take, and what is beside it the rest


class PageName(IntEnum):
    """The pages in their order."""

    ACCOUNTS = 0
    NOTIFICATIONS = 1
    LINE = 2
    HELP = 3
    APPEARANCE = 4
    NETWORK = 5
    PRIVACY = 6
    ABOUT = 7


class Book(QWidget):
    """``edited``, ``commanded``, ``told`` and ``turned`` are those of the pages.

    ``number`` is the page that shows. ``places`` say where the user was within each page that stood here before,
    ``drafts`` what was typed there.
    """

    edited = Signal(object)
    commanded = Signal(object)
    told = Signal(str)
    turned = Signal()
    assistant_wanted = Signal()

    def __init__(
        self,
        words: Phrasebook,
        backstage: Backstage,
        places: Mapping[int, str],
        drafts: Mapping[str, str],
        number: int,
    ) -> None:
        super().__init__()
        self._words, self._backstage = words, backstage
        self._places, self._drafts = dict(places), dict(drafts)
        self._pages: dict[int, Page] = {}
        self._areas: dict[int, QScrollArea] = {}
        self._stack = QStackedLayout(self)
        self.names = _names(words)
        self.number = PageName(number)

    @property
    def places(self) -> dict[int, str]:
        """Where the user is within each page."""
        return self._places | {number: page.place for number, page in self._pages.items()}

    @property
    def drafts(self) -> dict[str, str]:
        """What was typed and is not saved, by the names of the fields; of pages not made again yet too."""
        there = {field.objectName(): field.draft for field in self.findChildren(Field)}
        return self._drafts | {name: draft for name, draft in there.items() if draft is not None}

    def turn_to(self, number: int) -> Page:
        """Show a page from its top."""
        page = self.page(number)
        self.number = PageName(number)
        self._stack.setCurrentWidget(self._areas[number])
        self._areas[number].verticalScrollBar().setValue(0)
        return page

    def page(self, number: int) -> Page:
        """One page."""
        if number not in self._pages:
            page = self._pages[number] = self._makers()[number]()
            page.edited.connect(self.edited)
            page.commanded.connect(self.commanded)
            page.told.connect(self.told)
            page.turned.connect(self.turned)
            page.go_to(self._places.pop(number, ""))
            self._areas[number] = _scrolling(page)
            self._stack.addWidget(self._areas[number])
        return self._pages[number]

    def show_part(self, part: QWidget) -> None:
        """Scroll to a part of the page that shows, once it has its place, and put the keyboard there."""
        part.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, part, partial(self._reveal, part))

    def resume_drafts(self, page: Page) -> None:
        """Put what was typed back into the fields that are there again."""
        for field in page.findChildren(Field) if self._drafts else ():
            if field.objectName() in self._drafts:
                field.resume(self._drafts.pop(field.objectName()))

    @property
    def has_drafts(self) -> bool:
        """Whether something was typed that is worth keeping while the window is closed: a secret is not."""
        return any(not name.startswith(SECRET) for name in self.drafts)

    def forget_secrets(self) -> None:
        """Nobody looks any more: what is half typed of a secret goes."""
        self._drafts = {name: draft for name, draft in self._drafts.items() if not name.startswith(SECRET)}
        for field in self.findChildren(SecretField):
            field.forget()

    def _reveal(self, part: QWidget) -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # it has no place before
        self._areas[self.number].ensureWidgetVisible(part)

    def let_go(self) -> None:
        """Expect nothing any more: the pages are about to go, and what is half typed is not finished by that."""
        for page in self._pages.values():
            page.let_go()
        for field in self.findChildren(Field):
            field.blockSignals(True)

    def _makers(self) -> tuple[Callable[[], Page], ...]:
        from tocsin.desktop.settings import network_page, simple_pages, told_pages  # noqa: PLC0415 - see ``page``
        from tocsin.desktop.settings.help_page import HelpPage  # noqa: PLC0415 - the same

        words, backstage = self._words, self._backstage
        return (
            self._accounts,
            partial(simple_pages.NotificationsPage, words),
            partial(simple_pages.LinePage, words),
            partial(HelpPage, words),
            partial(simple_pages.AppearancePage, words),
            partial(network_page.NetworkPage, words),
            partial(told_pages.PrivacyPage, words, backstage),
            partial(told_pages.AboutPage, words, backstage),
        )

    def _accounts(self) -> Page:
        from tocsin.desktop.settings.accounts_page import AccountsPage  # noqa: PLC0415 - see ``page``

        made = AccountsPage(self._words, self._backstage)
        made.assistant_wanted.connect(self.assistant_wanted)
        return made


def _names(words: Phrasebook) -> tuple[str, ...]:
    return (
        words.gettext("Accounts and connections"),
        words.gettext("Notifications"),
        words.gettext("Your line"),
        words.gettext("Help numbers"),
        words.gettext("Language and appearance"),
        words.gettext("Network"),
        words.gettext("Privacy"),
        words.gettext("About Tocsin"),
    )


def _scrolling(page: Page) -> QScrollArea:
    """The page in an area that scrolls where there is not enough room for it."""
    area, content = QScrollArea(), QWidget()
    page.setMaximumWidth(_PAGE_CHARACTERS * page.fontMetrics().averageCharWidth())
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 4, _SIDE, _SIDE)
    row = QHBoxLayout()
    row.addWidget(page, _ALL)
    row.addStretch(1)
    column.addLayout(row)
    column.addStretch(1)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setAutoFillBackground(False)
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    return area
