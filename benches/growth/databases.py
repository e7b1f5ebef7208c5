"""The example company on a database of its own, with as many customers as one likes."""

import glob
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from peers import free_port
from setup import EXAMPLES

TOKEN = "9f0c2b7d5e8a4163b0d7c6f5e4a39281"
PAGE = 100


class Company:
    """An instance of one of the examples."""

    def __init__(self, binary, environment):
        self.port = free_port()
        environment = {"PATH": os.environ["PATH"], "CHURNKEY_ADDR": f"127.0.0.1:{self.port}", "CK_INTEGRATION_TOKEN": TOKEN, **environment}
        self.process = subprocess.Popen([EXAMPLES / binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.page(None)
                return
            except OSError:
                self.client.close()
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def page(self, cursor):
        """The bytes of a page of live customers."""
        path = f"/churnkey/customers?limit={PAGE}" + (f"&cursor={cursor}" if cursor else "")
        self.client.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "live"})
        response = self.client.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(json.loads(body))
        return body

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.terminate()
        self.process.wait()


class Sqlite:
    name, title = "sqlite", "SQLite"
    _grow = """
        WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number + (SELECT count(*) FROM customers WHERE mode = 'live') < ?)
        INSERT INTO customers (mode, id, created_at, first_name, last_name, email, currency)
        SELECT 'live', printf('grown_%08d', number), 1700000000000 + number / 7, 'Ada', 'Lindqvist', printf('grown.%d@example.test', number), 'USD' FROM numbers
    """

    def __init__(self, size):
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "acme.db"
        # It makes the tables.
        with self.company():
            pass
        connection = sqlite3.connect(self._path)
        with connection:
            connection.execute(self._grow, (size,))
            connection.execute("ANALYZE")
        connection.close()

    def company(self):
        return Company("acme", {"ACME_DB": str(self._path)})

    def by_offset(self, offsets):
        """Milliseconds of the query alone."""
        connection = sqlite3.connect(self._path)
        query = "SELECT * FROM customers WHERE mode = 'live' ORDER BY created_at, id LIMIT ? OFFSET ?"
        times = []
        for offset in offsets:
            began = time.perf_counter()
            connection.execute(query, (PAGE + 1, offset)).fetchall()
            times.append((time.perf_counter() - began) * 1e3)
        connection.close()
        return times

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()


class Postgres:
    name, title = "postgres", "PostgreSQL"
    _grow = """
        INSERT INTO customers (mode, id, created_at, first_name, last_name, email, currency)
        SELECT 'live', 'grown_' || lpad(number::text, 8, '0'), timestamptz '2024-01-01 00:00:00Z' + number / 7 * interval '1 ms', 'Ada', 'Lindqvist', 'grown.' || number || '@example.test', 'USD'
        FROM generate_series(1, {size} - (SELECT count(*) FROM customers WHERE mode = 'live')) AS number
    """

    def __init__(self, size):
        # A socket's path has to be short, and the server's user has to get there.
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "--username=acme", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata", self._folder / "data")
        settings = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off -c autovacuum=off"
        self._run("pg_ctl", "start", "-w", "-D", self._folder / "data", "-l", self._folder / "log", "-o", settings)
        try:
            with self.company():
                pass
            self._sql(self._grow.format(size=size))
            self._sql("VACUUM ANALYZE customers")
        except BaseException:
            self.__exit__()
            raise

    def _run(self, program, *arguments):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        command = [*user, f"{programs}/{program}", *(str(argument) for argument in arguments)]
        return subprocess.run(command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)

    def _sql(self, statement):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        command = [f"{programs}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "acme", "postgres", "-c", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def company(self):
        return Company("postgres", {"ACME_DATABASE_URL": f"postgresql://acme@{quote(str(self._folder), safe='')}/postgres"})

    def by_offset(self, offsets):
        """Milliseconds of the query alone, as the server counts them."""
        query = "SELECT * FROM customers WHERE mode = 'live' ORDER BY created_at, id LIMIT {} OFFSET {}"
        times = []
        for offset in offsets:
            said = self._sql("EXPLAIN (ANALYZE, TIMING OFF) " + query.format(PAGE + 1, offset))
            line = next(line for line in said.splitlines() if line.startswith("Execution Time: "))
            times.append(float(line.split()[2]))
        return times

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._folder / "data")
        shutil.rmtree(self._folder, ignore_errors=True)
