"""`python -m sandbox`: the server on its own."""

import argparse
import asyncio
import signal
import sys

from sandbox.server import Sandbox


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8065)
    parser.add_argument("--server-version", default="11.2")
    parser.add_argument("--snapshot", help="file that keeps messages and people over restarts")
    parser.add_argument("--people", help="file with whom the page presents at its entrance, and their password")
    parser.add_argument("--bulk", help="file of Mattermost’s bulk loading, read where nobody is there yet")
    options = parser.parse_args()
    try:
        asyncio.run(_serve(options))
    except OSError as failure:
        sys.exit(f"Impossible d’écouter sur le port {options.port}\u00a0: {failure.strerror}")


async def _serve(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = Sandbox(options.server_version, options.snapshot, options.people, options.bulk)
    await server.start(options.host, options.port)
    print(f"Mattermost embarqué {server.caps.number}\u00a0: {server.url}", flush=True)
    await ended.wait()
    await server.stop()


if __name__ == "__main__":
    main()
