"""Maps 4 MiB more, a TiB further up, each 1.5 s, twelve times; touches every page of all of it ten times a second."""
import ctypes
import mmap
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
MAP_FIXED_NOREPLACE = 0x100000
MADV_NOHUGEPAGE = 15
BASE, STEP, SIZE, MOST = 0x100000000000, 1 << 40, 4 << 20, 12

areas, last = [], 0
while True:
    if time.time() - last > 1.5 and len(areas) < MOST:
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
        at = libc.mmap(BASE + len(areas) * STEP, SIZE, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
        libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(SIZE), MADV_NOHUGEPAGE)
        ctypes.memset(at, 1, SIZE)
        areas.append(memoryview((ctypes.c_char * SIZE).from_address(at)).cast("B")[::4096])
        last = time.time()
    for area in areas:
        area.tobytes()
    time.sleep(0.1)
