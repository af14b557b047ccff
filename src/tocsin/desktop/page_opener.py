"""Opens the page that a person signs in at, on behalf of the engine's thread."""

import concurrent.futures
from collections.abc import Callable

from tocsin.desktop import opener

_PATIENCE = 10.0  # seconds for the GUI thread to come to it


class PageOpener:
    """To be called from any thread but the GUI's: true once the page was handed to a browser. ``post`` carries over."""

    def __init__(self, post: Callable[[Callable[[], None]], bool]) -> None:
        self._post = post

    def __call__(self, url: str) -> bool:
        """Open it, and wait until that is done. False where it may not or cannot be opened."""
        outcome: concurrent.futures.Future[bool] = concurrent.futures.Future()
        if not self._post(lambda: outcome.set_result(opener.open_login(url))):
            return False
        try:
            return outcome.result(_PATIENCE)
        except TimeoutError:
            return False
