"""A way to start with the computer that tests look into."""


class Switch:
    """Starts with the computer as it is told; ``told`` is what it was told so far."""

    def __init__(self) -> None:
        self.on = False
        self.told: list[bool] = []

    def is_on(self) -> bool:
        return self.on

    async def switch(self, *, on: bool) -> None:
        self.told.append(on)
        self.on = on
