"""Work held to a second of processor time and 200 MB, in a process that the system ends beyond.

The child is a copy of this process, so nothing is imported anew; it asks no database and tells its
answer through a pipe. Processor time does not depend on what else the machine does.
"""

import gc
import os
import pickle
import resource

SECONDS, MEGABYTES = 1, 200


def confined(work, *given, seconds: int = SECONDS):
    """What `work` gives or raises. Raises AssertionError when it takes more than it may."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        _answer(theirs, work, given, seconds)
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        answer = told.read()
    _, status = os.waitpid(child, 0)
    assert not status, f"more than {seconds} s of the processor or {MEGABYTES} MB: status {status}"
    good, value = pickle.loads(answer)  # of our own child
    if not good:
        raise value
    return value


def _answer(pipe: int, work, given, seconds: int) -> None:
    """The child's whole life; it leaves without tidying up, for what it holds is the parent's."""
    status = 9
    gc.freeze()  # what the tests have left behind is not gone through at the work's cost
    try:
        pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115
        most = pages * resource.getpagesize() + MEGABYTES * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        try:
            made = pickle.dumps((True, work(*given)))
        except MemoryError:
            raise
        except Exception as error:
            made = pickle.dumps((False, error))
        with os.fdopen(pipe, "wb") as target:
            target.write(made)
        status = 0
    finally:
        os._exit(status)
