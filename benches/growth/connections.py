"""What a server holds and does by the number of its connections."""

import socket

from measure import load
from peers import CASES, Peer, headers
from setup import memory_kb, table

PEERS = ["churnkey", "axum-plain"]
CASE = next(case for case in CASES if case["name"] == "customer")
# The load, beside the connections that are kept and asked nothing.
AT_WORK, SECONDS = 64, 3
# Fewer would live in what the load has left behind.
TELLING = 1000


def held(numbers):
    rows = []
    for number in numbers:
        row = [f"{number:,}"]
        for name in PEERS:
            with Peer(name, core=0) as peer:
                # What it takes for whatever comes first is not the connections'.
                load(peer, CASE, AT_WORK, 1)
                rest = memory_kb(peer.process.pid)
                kept = [connection(peer) for _ in range(number)]
                grown = memory_kb(peer.process.pid)
                before = peer.cpu_seconds()
                found = load(peer, CASE, AT_WORK, SECONDS)
                if found["errors"] or found["not_ok"]:
                    raise RuntimeError(f"{name}: {found}")
                rate = found["requests"] / (peer.cpu_seconds() - before)
                for stream in kept:
                    stream.close()
            row += [f"{grown / 1024:.1f}", f"{(grown - rest) / number:.1f}" if number >= TELLING else "", f"{rate / 1e3:.1f}"]
        rows.append(row)
    head = ["connections kept"]
    for name in PEERS:
        head += [f"{name}: MB", "kB each", "thousand requests per CPU-second"]
    return table(head, rows)


def connection(peer):
    """A connection that has asked once, and is kept."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers(CASE).items())
    stream = socket.create_connection(("127.0.0.1", peer.port))
    stream.sendall(f"GET {CASE['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode())
    if not stream.recv(65536).startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{peer.name} has refused a connection")
    return stream
