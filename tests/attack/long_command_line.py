"""Gives itself a command line of as many MiB as it is told, all of it read as zeros, which takes no privilege and no
memory (prctl(2), PR_SET_MM_MAP). Says so in a line, and lives until its input ends."""
import ctypes
import struct
import sys

PR_SET_MM, PR_SET_MM_MAP = 35, 14
READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE = 3, 0x4022

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
size = int(sys.argv[1]) << 20
begin = libc.mmap(None, size, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0)
end = begin + size
with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
    numbers = file.read().rpartition(")")[2].split()
code, data, stack, heap = ([int(numbers[at - 3]) for at in places] for places in ((26, 27), (45, 46), (28,), (47, 47)))
# struct prctl_mm_map: then the command line, the environment, no auxiliary vector, the program as it is.
wanted = struct.pack("=11QQII", *code, *data, *heap, *stack, begin, end, end, end, 0, 0, 0xFFFFFFFF)
if libc.prctl(PR_SET_MM, PR_SET_MM_MAP, ctypes.create_string_buffer(wanted), len(wanted), 0) != 0:
    sys.exit(f"prctl: errno {ctypes.get_errno()}")
print("so it is", flush=True)
sys.stdin.read()
