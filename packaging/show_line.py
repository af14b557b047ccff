"""The window of the real program with an invented day of a line in it, for its picture: nobody waits 24 hours for one.

It stands until the program is ended.
"""

import sys

from PySide6.QtWidgets import QApplication

from support.desktop_scenes import StillClock, english
from support.line_scenes import eventful_day
from tocsin.desktop.pages import Page
from tocsin.desktop.window import Window


def main() -> int:
    """Show it."""
    application = QApplication(sys.argv)
    window = Window(english(), StillClock(), "", lambda: True)
    window.do_not_ask()
    window.render_state(eventful_day())
    window.open()
    window.pages.turn_to(Page.LINE)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
