"""Opens the page that a person signs in at, on behalf of the engine's thread."""

import concurrent.futures
from collections.abc import Callable

from tocsin.desktop import opener

_PATIENCE = 10.0  # seconds for the GUI thread to come to it


class PageOpener:
    """To be called from any thread but the GUI's: true once the page was handed to a browser. ``post`` carries over."""

    def __init__(self, post: Callable[[Callable[[], None]], bool], *, patience: float = _PATIENCE) -> None:
        self._post = post
        self._patience = patience

    def __call__(self, url: str) -> bool:
        """Open it, and wait until that is done. False where it may not or cannot be opened.

        Where the GUI thread does not come to it in time it is not opened later either: who was told that there is no
        browser may have opened the page elsewhere by then.
        """
        outcome: concurrent.futures.Future[bool] = concurrent.futures.Future()
        if not self._post(lambda: _open(url, outcome)):
            return False
        try:
            return outcome.result(self._patience)
        except TimeoutError:
            return False if outcome.cancel() else outcome.result()


def _open(url: str, outcome: concurrent.futures.Future[bool]) -> None:
    """In the GUI thread, unless nobody waits for it any more."""
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(opener.open_login(url))
    except Exception as error:  # noqa: BLE001 - carried over to who waits
        outcome.set_exception(error)
