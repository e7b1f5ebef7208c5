"""Starts, observes and stops the processes of the peers."""

import http.client
import json
import os
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "peers"
CASES = json.loads((HERE / "cases.json").read_text())
TOKEN = "0d5f2c8a917be4635fa0c1d2e3b49687"
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")) / "release"


def binary(name):
    """Returns the binary of a native peer. Its name differs from that of the program `churnkey`."""
    return BINARIES / f"peer-{name}"


NATIVE = ["churnkey", "axum-checked", "axum-plain", "hyper-fixed"]
NODE = ["express", "fastify"]
ALL = NATIVE + NODE

# hyper-fixed has precomputed bytes for these paths and evaluates nothing but the path.
FIXED = ["manifest", "customer", "subscription", "list"]


def has(peer, case):
    return peer != "hyper-fixed" or case["name"] in FIXED


def headers(case):
    """Returns the request's headers, without those that the HTTP client adds."""
    token = case.get("token", TOKEN)
    given = {}
    if token:
        given["Authorization"] = token if case.get("bare") else f"Bearer {token}"
    if "mode" in case:
        given["X-Churnkey-Mode"] = case["mode"]
    if "body" in case:
        given["Content-Type"] = "application/json"
    return given


class Server:
    """A running server, pinned to `core` if given. It is ready once it responds to `first`."""

    def __init__(self, name, command, environment, first, core=None):
        self.name = name
        self.port = free_port()
        self._first = first
        if core is not None:
            command = ["taskset", "--cpu-list", str(core), *command]
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "TOKEN": TOKEN,
            "NODE_ENV": "production",
            # The names that the examples read.
            "CHURNKEY_ADDR": f"127.0.0.1:{self.port}",
            "CK_INTEGRATION_TOKEN": TOKEN,
            **environment,
        }
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=HERE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.startup_ms = (time.perf_counter() - began) * 1e3

    def _wait_until_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} has ended")
            try:
                if self.request(self._first)[0] == 200:
                    return
            except OSError:
                time.sleep(0.0005)
        raise RuntimeError(f"{self.name} does not respond")

    def request(self, case):
        """Returns status, content type without parameters, and body of the response to a case."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(case["method"], case["path"], case.get("body"), headers(case))
            response = connection.getresponse()
            kind = response.headers.get("Content-Type")
            return response.status, kind and kind.split(";")[0], response.read()
        finally:
            connection.close()

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def memory_kb(self, what="VmRSS"):
        """Reads the memory of the process: `VmRSS` is the current value, `VmHWM` the peak."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(what):
                return int(line.split()[1])
        raise RuntimeError(f"no {what}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Peer(Server):
    """A running peer of benches/peers."""

    def __init__(self, name, core=None):
        native = [str(binary(name))]
        command = native if name in NATIVE else ["node", str(HERE / "node" / f"{name}.js")]
        super().__init__(name, command, {}, CASES[0], core)


def cpu_seconds(pid):
    """Returns the user and system time of all threads of a process so far.

    Uses the CPU clock of the process, because the times in /proc are rounded to 10 ms.
    """
    clock = ~pid << 3 | 2
    return time.clock_gettime(clock)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
