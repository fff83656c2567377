"""A worker's memory does not grow with what its stages leave lying about (row A10)."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from pipelines.folders.batch import single_threaded

SCRIPT = """
import ctypes
from pathlib import Path
from pipelines.memory import return_free_memory

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
blocks = [libc.malloc(100_000) for _ in range(2000)]
for block in blocks:
    ctypes.memset(block, 1, 100_000)
full = resident_mb()
for index, block in enumerate(blocks):
    if index % 10:
        libc.free(block)
return_free_memory()
print(full - resident_mb())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is not glibc")
def test_pieces_between_others_go_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert int(done.stdout) > 150


HEAPS = """
import ctypes, tempfile, threading
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(3)

def take():
    together.wait()
    libc.malloc(1000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(file.fileno(), b"w"))
    libc.malloc_info(0, stream)
    libc.fflush(stream)
    print(open(file.name).read().count("<heap nr"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library is not glibc")
@pytest.mark.parametrize(("born", "expected"), [(single_threaded, {1}), (nullcontext, {2, 3, 4})])
def test_all_threads_of_a_worker_take_from_one_heap(
    born: Callable[[], AbstractContextManager[None]], expected: set[int]
) -> None:
    with born():
        done = subprocess.run([sys.executable, "-c", HEAPS], capture_output=True, text=True, check=True)
    assert int(done.stdout) in expected
