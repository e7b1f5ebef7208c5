"""Runs the example company on a temporary database with a given number of customers."""

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

# The customers in the order of the examples, and the two queries for a page of them.
ORDER = "ORDER BY created_at, id"
ROWS = f"FROM customers WHERE mode = 'live' {ORDER}"
BY_KEYSET = (
    f"SELECT * FROM customers WHERE mode = 'live' AND (created_at, id) > ({{}}) {ORDER} LIMIT {{}}"
)
BY_OFFSET = f"SELECT * {ROWS} LIMIT {{}} OFFSET {{}}"


class Company:
    """An instance of one of the examples."""

    def __init__(self, binary, environment):
        self.port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "CHURNKEY_ADDR": f"127.0.0.1:{self.port}",
            "CK_INTEGRATION_TOKEN": TOKEN,
            **environment,
        }
        self.process = subprocess.Popen(
            [EXAMPLES / binary],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise

    def _wait_until_ready(self):
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
        """Reads a page of live customers and returns its bytes."""
        path = f"/churnkey/customers?limit={PAGE}" + (f"&cursor={cursor}" if cursor else "")
        self.client.request(
            "GET", path, headers={"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "live"}
        )
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
        WITH RECURSIVE numbers (number) AS (
            SELECT 1 WHERE (SELECT count(*) FROM customers WHERE mode = 'live') < :size
            UNION ALL
            SELECT number + 1 FROM numbers
            WHERE number + (SELECT count(*) FROM customers WHERE mode = 'live') < :size
        )
        INSERT INTO customers (mode, id, created_at, first_name, last_name, email, currency)
        SELECT 'live', printf('grown_%08d', number), 1700000000000 + number / 7,
            'Ada', 'Lindqvist', printf('grown.%d@example.test', number), 'USD'
        FROM numbers
    """

    def __init__(self, size):
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "acme.db"
        # The first start creates the tables.
        with self.company():
            pass
        connection = sqlite3.connect(self._path)
        with connection:
            connection.execute(self._grow, {"size": size})
            connection.execute("ANALYZE")
        connection.close()

    def company(self):
        return Company("acme", {"ACME_DB": str(self._path)})

    def queried(self, places):
        """Times the queries for the pages at these places, by keyset and by OFFSET, in ms.

        The times include reading the rows.
        """
        connection = sqlite3.connect(self._path)
        by_keyset, by_offset = [], []
        for place in places:
            before = connection.execute(
                f"SELECT created_at, id {ROWS} LIMIT 1 OFFSET ?", (place - 1,)
            ).fetchone()
            keyset, key_rows = timed(connection, BY_KEYSET.format("?, ?", PAGE + 1), before)
            offset, offset_rows = timed(connection, BY_OFFSET.format(PAGE + 1, "?"), (place,))
            if key_rows != offset_rows:
                raise RuntimeError(f"keyset and OFFSET return different rows at {place}")
            by_keyset.append(keyset)
            by_offset.append(offset)
        connection.close()
        return by_keyset, by_offset

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()


class Postgres:
    name, title = "postgres", "PostgreSQL"
    _grow = """
        INSERT INTO customers (
            mode, id, created_at, first_name, last_name, email, email_key, currency
        )
        SELECT 'live', 'grown_' || lpad(number::text, 8, '0'),
            timestamptz '2024-01-01 00:00:00Z' + number / 7 * interval '1 ms',
            'Ada', 'Lindqvist', 'grown.' || number || '@example.test',
            'grown.' || number || '@example.test', 'USD'
        FROM generate_series(
            1, {size} - (SELECT count(*) FROM customers WHERE mode = 'live')
        ) AS number
    """

    def __init__(self, size):
        # The path of a socket must be short, and the server's user must have access to it.
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        options = ["--username=acme", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", *options, "--no-sync", "--pgdata", self._folder / "data")
        sockets = f"-c listen_addresses= -c unix_socket_directories={self._folder}"
        settings = f"{sockets} -c fsync=off -c autovacuum=off"
        paths = ["-D", self._folder / "data", "-l", self._folder / "log"]
        self._run("pg_ctl", "start", "-w", *paths, "-o", settings)
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
        user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            if os.geteuid() == 0
            else []
        )
        command = [*user, f"{programs}/{program}", *(str(argument) for argument in arguments)]
        return subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def _sql(self, *statements):
        """Runs the statements in one session and returns their output."""
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        options = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "acme"]
        command = [f"{programs}/psql", *options, "postgres"]
        return subprocess.run(
            command,
            input=";\n".join([*statements, ""]),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def company(self):
        host = quote(str(self._folder), safe="")
        return Company("postgres", {"ACME_DATABASE_URL": f"postgresql://acme@{host}/postgres"})

    def queried(self, places):
        """Times the queries for the pages at these places, by keyset and by OFFSET, in ms.

        PostgreSQL measures the times.
        """
        key = f"SELECT quote_literal(created_at), quote_literal(id) {ROWS} LIMIT 1 OFFSET"
        literals = self._sql(*(f"{key} {place - 1}" for place in places))
        keyset = [
            BY_KEYSET.format(literal.replace("|", ", "), PAGE + 1)
            for literal in literals.splitlines()
        ]
        offset = [BY_OFFSET.format(PAGE + 1, place) for place in places]
        if self._sql(*keyset) != self._sql(*offset):
            raise RuntimeError("keyset and OFFSET return different rows")
        return self._explained(keyset), self._explained(offset)

    def _explained(self, queries):
        said = self._sql(*(f"EXPLAIN (ANALYZE, TIMING OFF) {query}" for query in queries))
        return [
            float(line.split()[2])
            for line in said.splitlines()
            if line.startswith("Execution Time: ")
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._folder / "data")
        shutil.rmtree(self._folder, ignore_errors=True)


def timed(connection, query, parameters):
    began = time.perf_counter()
    rows = connection.execute(query, parameters).fetchall()
    return (time.perf_counter() - began) * 1e3, rows
