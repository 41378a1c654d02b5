"""Limits that a child process lays on itself before it opens what a stranger sent: memory, time, files, no network."""

import ctypes
import platform
import resource
import struct
import sys

MOST_MEMORY_BYTES = 512 << 20
MOST_CPU_SECONDS = 10
MOST_WRITTEN_BYTES = 64 << 20
MOST_OPEN_FILES = 64

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, DENY = 0x7FFF0000, 0x00050000 | 1
"""Run the call; answer "not permitted" instead of running it."""
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    # socket, connect, bind, sendto, ptrace, execve, execveat, io_uring_setup, socketpair
    "x86_64": (0xC000003E, (41, 42, 49, 44, 101, 59, 322, 425, 53)),
    "aarch64": (0xC00000B7, (198, 203, 200, 206, 117, 221, 281, 425, 199)),
}
"""By machine: how the kernel names it, and the numbers of the calls that are forbidden. Source: the kernel's tables."""


def confine(  # pragma: no cover - it would confine the tests; they try it in a child
    *, memory_bytes: int = MOST_MEMORY_BYTES, cpu_seconds: int = MOST_CPU_SECONDS
) -> None:
    """Lay all limits on this process; none of them can be taken off again."""
    for limit, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN_BYTES),
        (resource.RLIMIT_NOFILE, MOST_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        forbid_calls()


def forbid_calls() -> bool:  # pragma: no cover - the same
    """Forbid network and new programs to this process; False where the kernel or the machine has no means for it."""
    if platform.machine() not in CALLS:
        return False
    program = _write_filter(*CALLS[platform.machine()])
    held = ctypes.create_string_buffer(program)
    described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *([ctypes.c_ulong] * 4)]
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(described), 0, 0) == 0)


def _write_filter(machine: int, calls: tuple[int, ...]) -> bytes:
    """Return the kernel's filter program: on this machine, answer the forbidden calls with "not permitted"."""
    steps = [(LOAD, 0, 0, 4), (EQUAL, 0, len(calls) + 2, machine), (LOAD, 0, 0, 0)]
    for at, call in enumerate(calls):
        steps.append((EQUAL, len(calls) - at, 0, call))
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
