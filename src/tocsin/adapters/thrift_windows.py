"""What Windows says of battery saver (GetSystemPowerStatus) and of a metered link (INetworkCostManager).

Both are called through ctypes. The layouts are those of winbase.h (SYSTEM_POWER_STATUS) and netlistmgr.h.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Any

_SAVER_ON = 1
_IN_PROCESS_OR_LOCAL = 0x17  # CLSCTX_ALL
_MULTITHREADED = 0  # COINIT_MULTITHREADED
_RELEASE, _GET_COST = 2, 3  # places in the table of methods: the three of IUnknown come first
_METERED = 0x2 | 0x4 | 0x10000 | 0x40000
"""NLM_CONNECTION_COST: FIXED, VARIABLE, OVERDATALIMIT, ROAMING."""
_METHOD: Callable[..., Any] = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)


class _PowerStatus(ctypes.Structure):
    _fields_ = (
        ("ac_line", ctypes.c_ubyte),
        ("battery", ctypes.c_ubyte),
        ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte),
        ("seconds_left", ctypes.c_uint32),
        ("seconds_full", ctypes.c_uint32),
    )


class _Guid(ctypes.Structure):
    _fields_ = (
        ("one", ctypes.c_uint32),
        ("two", ctypes.c_uint16),
        ("three", ctypes.c_uint16),
        ("four", ctypes.c_ubyte * 8),
    )


_TAIL = (ctypes.c_ubyte * 8)(0x8D, 0x69, 0x19, 0x9F, 0xDB, 0xA5, 0x72, 0x3B)
_LIST_MANAGER = _Guid(0xDCB00C01, 0x570F, 0x4A9B, _TAIL)
_COST_MANAGER = _Guid(0xDCB00008, 0x570F, 0x4A9B, _TAIL)


def is_frugal() -> bool:
    """True in battery saver and on a metered link. Blocks. Raises ``OSError`` where a library is missing."""
    if sys.platform != "win32":
        raise OSError("this is not Windows")
    return is_saving(ctypes.WinDLL("kernel32")) or is_metered(ctypes.WinDLL("ole32"))


def is_saving(kernel: Any) -> bool:  # noqa: ANN401  a library's functions are untyped
    """Whether battery saver is on, by kernel32."""
    status = _PowerStatus()
    return bool(kernel.GetSystemPowerStatus(ctypes.byref(status))) and status.saver == _SAVER_ON


def is_metered(com: Any) -> bool:  # noqa: ANN401  as above
    """Whether the link to the internet costs by use, by ole32. COM is begun and ended in the calling thread."""
    begun = _signed(com.CoInitializeEx(None, _MULTITHREADED))
    try:
        return bool(_cost(com) & _METERED)
    finally:
        if begun >= 0:
            com.CoUninitialize()


def _cost(com: Any) -> int:  # noqa: ANN401  as above
    """The cost's flags, 0 where they are not known."""
    manager = ctypes.c_void_p()
    wanted, kind = ctypes.byref(_LIST_MANAGER), ctypes.byref(_COST_MANAGER)
    made = com.CoCreateInstance(wanted, None, _IN_PROCESS_OR_LOCAL, kind, ctypes.byref(manager))
    if _signed(made) < 0 or not manager.value:
        return 0
    table = ctypes.cast(manager, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    release = _METHOD(ctypes.c_uint32, ctypes.c_void_p)(table[_RELEASE])
    get_cost = _METHOD(ctypes.c_int32, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32), ctypes.c_void_p)(
        table[_GET_COST]
    )
    cost = ctypes.c_uint32()
    try:
        return cost.value if get_cost(manager, ctypes.byref(cost), None) >= 0 else 0
    finally:
        release(manager)


def _signed(result: int) -> int:
    """An HRESULT: below zero is a failure, whatever type it was read as."""
    return ctypes.c_int32(result).value
