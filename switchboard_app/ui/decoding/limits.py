"""What the decoder may use, set by itself before it sees the first byte of a stranger.

Linux: 256 MB of address space, no file written, no core dump, no new rights, and no network where the system lets a
program give it up. Windows: a job with 256 MB and no second process. Elsewhere the memory limits of the image reader
and the window's patience remain. Refuses to run anything. Called by `serve` alone.
"""

from __future__ import annotations

import contextlib
import sys

MEMORY = 256 * 1024 * 1024
"""Bytes of address space, libraries included."""


def give_up_network() -> None:
    """Enter an empty network of one's own; where the system forbids it, everything stays as it is.

    To be called before a second thread exists.
    """
    if sys.platform == "linux":
        import ctypes

        new_user, new_network, no_new_rights = 0x10000000, 0x40000000, 38
        libc = ctypes.CDLL(None, use_errno=True)
        libc.unshare(new_user | new_network)
        libc.prctl(no_new_rights, 1, 0, 0, 0)


def limit_this_process(memory: int = MEMORY) -> None:
    """Set the limits; called when all libraries are loaded. Raises OSError where the system should have and did not."""
    if sys.platform == "win32":
        _enter_job(memory)
    else:
        import resource

        with contextlib.suppress(ValueError, OSError):  # macOS knows the name and refuses the value
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(nothing, (0, 0))


def most_used() -> int:
    """The most memory this process has held so far, in bytes; 0 where the system does not say.

    (Not getrusage: that one still counts what stood here before this program.)
    """
    if sys.platform == "linux":
        from pathlib import Path

        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


if sys.platform == "win32":

    def _enter_job(memory: int) -> None:
        """Put this process into a job of its own: so much committed memory, no children, gone with its handle."""
        import ctypes
        from ctypes import wintypes

        class Basic(ctypes.Structure):
            _fields_ = (
                ("process_time", ctypes.c_int64),
                ("job_time", ctypes.c_int64),
                ("flags", wintypes.DWORD),
                ("least_set", ctypes.c_size_t),
                ("most_set", ctypes.c_size_t),
                ("processes", wintypes.DWORD),
                ("affinity", ctypes.c_size_t),
                ("priority", wintypes.DWORD),
                ("scheduling", wintypes.DWORD),
            )

        class Extended(ctypes.Structure):
            _fields_ = (
                ("basic", Basic),
                ("counters", ctypes.c_uint64 * 6),
                ("process_memory", ctypes.c_size_t),
                ("job_memory", ctypes.c_size_t),
                ("peak_process", ctypes.c_size_t),
                ("peak_job", ctypes.c_size_t),
            )

        process_memory, processes, no_dialog, kill_on_close, extended = 0x100, 0x8, 0x400, 0x2000, 9
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        limits = Extended()
        limits.basic.flags = process_memory | processes | no_dialog | kill_on_close
        limits.basic.processes = 1
        limits.process_memory = memory
        job = kernel.CreateJobObjectW(None, None)
        if not (
            job
            and kernel.SetInformationJobObject(job, extended, ctypes.byref(limits), ctypes.sizeof(limits))
            and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
        ):
            raise ctypes.WinError(ctypes.get_last_error())
