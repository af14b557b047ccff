"""An address as a QR code (ISO/IEC 18004), to be opened on a phone while this computer is offline."""

from PySide6.QtCore import QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from tocsin.desktop import opener

QUIET_ZONE = 4
"""Modules of white around it, as the standard asks for."""

_MODULE = 3  # device-independent pixels: a phone reads that from a hand's length
_LONGEST = 250  # characters: what is longer makes a code too fine for a screen


class QrCode(QWidget):
    """The code of one address: black on white whatever the palette, each module a whole number of the screen's pixels.

    Nothing is loaded for it before it is painted for the first time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._image: QImage | None = None
        self._pixmap: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_address(self, address: str) -> None:
        """Show this one; hide where there is none, or none that may be opened and is short enough."""
        address = address if can_show(address) else ""
        if address != self._address:
            self._address, self._image, self._pixmap = address, _image(address) if address else None, None
            if self._image is not None:
                self.setFixedSize(self._image.size() * _MODULE)
                self.update()
        self.setVisible(bool(address))

    @property
    def address(self) -> str:
        """What it says, empty where it says nothing."""
        return self._address

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as it is drawn."""
        return self._image.size() * _MODULE if self._image is not None else QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        del event  # the whole of it is small enough
        if self._image is None:
            return
        ratio = self.devicePixelRatioF()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = _enlarged(self._image, self.width(), ratio)
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        spare = self.width() - self._pixmap.deviceIndependentSize().width()
        edge = round(spare / 2 * ratio) / ratio
        painter.drawPixmap(QPointF(edge, edge), self._pixmap)
        painter.end()


def can_show(address: str) -> bool:
    """Whether an address is one that may be opened, and short enough for a code that a phone can read."""
    return bool(address) and len(_encoded(address)) <= _LONGEST and opener.is_allowed(address)


def _encoded(address: str) -> str:
    """The address in plain ASCII: every phone reads that."""
    return bytes(QUrl(address, QUrl.ParsingMode.StrictMode).toEncoded().data()).decode("ascii", "replace")


def _image(address: str) -> QImage:
    """One pixel for each module, with the quiet zone."""
    import segno  # noqa: PLC0415 - needed only while a code is shown: it costs 0.6 MB

    matrix = segno.make_qr(_encoded(address), error="m").matrix
    side = len(matrix) + 2 * QUIET_ZONE
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for y, row in enumerate(matrix, QUIET_ZONE):
        for x, module in enumerate(row, QUIET_ZONE):
            if module:
                image.setPixelColor(x, y, Qt.GlobalColor.black)
    return image


def _enlarged(image: QImage, width: int, ratio: float) -> QPixmap:
    """The image at the largest whole factor that fits so many device-independent pixels."""
    factor = max(1, int(width * ratio) // image.width())
    pixmap = QPixmap.fromImage(image.scaled(image.size() * factor, mode=Qt.TransformationMode.FastTransformation))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
