"""Starting with the computer: what can be in the way of switching it on or off, and of its working."""

from enum import StrEnum


class StartObstacle(StrEnum):
    """Why it cannot be switched, or will not work. For each there is a remedy, which ``words.starting`` says."""

    DENIED = "denied"
    LINK = "link"
    UNREADABLE = "unreadable"
    OWNERS = "owners"
    PROGRAM_GONE = "program_gone"
    OTHER_PROFILE = "other_profile"
    BY_HAND = "by_hand"
    UNWRITABLE = "unwritable"
    PORTAL_SILENT = "portal_silent"
    PORTAL_REFUSED = "portal_refused"
    UNSUPPORTED = "unsupported"
