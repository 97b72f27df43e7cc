"""Open files: a gateway of thousands of terminals needs more than the 1,024 most systems begin with."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


def allow_open_files(wanted: int) -> int:
    """Raises this process's soft limit towards `wanted`; returns what it is now.

    The hard limit is the administrator's (`LimitNOFILE=`, ulimit -Hn); below `wanted` it is told.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    if soft < wanted:
        log.warning("only %d files may be open: connections beyond are refused", soft)
    return soft
