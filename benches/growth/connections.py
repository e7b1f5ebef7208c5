"""Measures memory and throughput of a server by the number of its open connections."""

import socket

from measure import load
from peers import CASES, Peer, headers
from setup import table

PEERS = ["churnkey", "axum-plain"]
CASE = next(case for case in CASES if case["name"] == "customer")
# The load, in addition to the idle open connections.
ACTIVE, SECONDS = 64, 3
# Fewer connections fit into the memory that the load has already allocated.
LEAST_MEANINGFUL = 1000


def measured(numbers):
    rows = []
    for number in numbers:
        row = [f"{number:,}"]
        for name in PEERS:
            with Peer(name, core=0) as peer:
                # Excludes the memory that the first requests allocate once.
                load(peer, CASE, ACTIVE, 1)
                rest = peer.memory_kb()
                kept = [connection(peer) for _ in range(number)]
                grown = peer.memory_kb()
                before = peer.cpu_seconds()
                found = load(peer, CASE, ACTIVE, SECONDS)
                if found["errors"] or found["not_ok"]:
                    raise RuntimeError(f"{name}: {found}")
                rate = found["requests"] / (peer.cpu_seconds() - before)
                for stream in kept:
                    stream.close()
            row += [
                f"{grown / 1024:.1f}",
                f"{(grown - rest) / number:.1f}" if number >= LEAST_MEANINGFUL else "",
                f"{rate / 1e3:.1f}",
            ]
        rows.append(row)
    head = ["open connections"]
    for name in PEERS:
        head += [f"{name}: MB", "kB each", "thousand requests per CPU-second"]
    return table(head, rows)


def connection(peer):
    """Opens a connection, sends one request and keeps the connection open."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers(CASE).items())
    stream = socket.create_connection(("127.0.0.1", peer.port))
    stream.sendall(f"GET {CASE['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode())
    if not stream.recv(65536).startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{peer.name} rejected a connection")
    return stream
