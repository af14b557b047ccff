"""The assistant or the settings of the real program, with invented accounts in them, for their pictures.

They stand until the program is ended.
"""

import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from support.assistant_stand_in import StandIn
from support.desktop_scenes import english
from support.settings_scenes import Rig
from tocsin.desktop.assistant import Assistant
from tocsin.desktop.bell import application_icon
from tocsin.offers import CatalogueOffers


def main() -> int:
    """Show the one that is named."""
    application = QApplication(sys.argv)
    application.setWindowIcon(application_icon())
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1] == "settings":
            rig = Rig(Path(folder) / "config.toml")
            rig.show()
        else:
            assistant = Assistant(english(), CatalogueOffers({}), can_start=True, has_demo=True)
            StandIn().serve(assistant)
            assistant.open()
        return application.exec()


if __name__ == "__main__":
    sys.exit(main())
