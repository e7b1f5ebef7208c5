"""Serves the provider of the tests at the address in CHURNKEY_ADDR. Faults are appended."""

import os
import sys

sys.path.insert(0, os.environ["PROVIDER"])
sys.dont_write_bytecode = True

import provider
from http.server import ThreadingHTTPServer

with open("pid", "w") as file:
    file.write(str(os.getpid()))


def serve():
    host, port = os.environ["CHURNKEY_ADDR"].rsplit(":", 1)
    ThreadingHTTPServer.allow_reuse_address = True
    server = ThreadingHTTPServer((host, int(port)), provider.Handler)
    server.daemon_threads = True
    server.token = os.environ["CK_INTEGRATION_TOKEN"]
    server.company = provider.Company()
    server.serve_forever()
