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

from peers import Server, cpu_seconds, headers
from setup import EXAMPLES

PAGE = 100

# The customers in the order of the examples, and the two queries for a page of them.
ORDER = "ORDER BY created_at, id"
ROWS = f"FROM customers WHERE mode = 'live' {ORDER}"
BY_KEYSET = (
    f"SELECT * FROM customers WHERE mode = 'live' AND (created_at, id) > ({{}}) {ORDER} LIMIT {{}}"
)
BY_OFFSET = f"SELECT * {ROWS} LIMIT {{}} OFFSET {{}}"

# Each customer beyond those that the examples create has an address and a subscription in the
# middle of a paid month.
ADDRESS = '{"country":"SE","city":"Lund","postalCode":"22100","line1":"Stora gatan 1"}'
DAY = 24 * 60 * 60
FIRST = {"method": "GET", "path": "/churnkey/customers?limit=1"}


class Company(Server):
    """An instance of one of the examples."""

    def __init__(self, binary, environment, under=()):
        super().__init__(binary, [*under, str(EXAMPLES / binary)], environment, FIRST)
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def page(self, cursor):
        """Reads a page of live customers and returns its bytes."""
        after = f"&cursor={cursor}" if cursor else ""
        return self.send("GET", f"/churnkey/customers?limit={PAGE}{after}")

    def send(self, method, path, body=None):
        self.client.request(method, path, body, headers({"mode": "live"}))
        response = self.client.getresponse()
        received = response.read()
        if response.status != 200:
            raise RuntimeError(json.loads(received))
        return received

    def __exit__(self, *_):
        self.client.close()
        self.stop()


class Sqlite:
    name, title = "sqlite", "SQLite"
    example = "acme"
    # Without the checks: in an older library, `json_valid(NULL)` is false.
    _grow = """
        PRAGMA ignore_check_constraints = true;
        CREATE TEMPORARY TABLE grown AS
            WITH RECURSIVE numbers (number) AS (
                SELECT 1 WHERE (SELECT count(*) FROM customers WHERE mode = 'live') < {size}
                UNION ALL
                SELECT number + 1 FROM numbers
                WHERE number + (SELECT count(*) FROM customers WHERE mode = 'live') < {size}
            )
            SELECT number FROM numbers;
        INSERT INTO customers (mode, id, created_at, first_name, last_name, email, currency)
            SELECT 'live', printf('grown_%08d', number), 1700000000000 + number / 7,
                'Ada', 'Lindqvist', printf('grown.%d@example.test', number), 'USD'
            FROM grown;
        INSERT INTO addresses (mode, customer_id, position, address)
            SELECT 'live', printf('grown_%08d', number), 1, '{address}' FROM grown;
        INSERT INTO subscriptions (
            mode, id, customer_id, price_id, quantity, started_at, status, billing_day,
            period_start, period_end, period_millis, paid, paid_millis, ends_with_period
        )
            SELECT 'live', printf('grown_%08d_%d', grown.number, own.number),
                printf('grown_%08d', grown.number), 'price_desk_monthly_usd', 3, {start},
                'running', {day}, {start}, {end}, {end} - {start}, 5700, {end} - {start}, 0
            FROM grown JOIN grown AS own ON own.number <= {of_customer};
        DROP TABLE grown;
        ANALYZE;
    """

    def __init__(self, size, of_customer=1):
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "acme.db"
        # The first start creates the tables.
        with self.company():
            pass
        connection = sqlite3.connect(self._path)
        values = {"size": size, "of_customer": of_customer, "address": ADDRESS, **period()}
        connection.executescript(self._grow.format(**values))
        connection.close()

    def copy(self, name):
        """Copies the database, and returns the environment of a provider on the copy."""
        path = self._path.with_name(f"{name}.db")
        with sqlite3.connect(self._path) as source, sqlite3.connect(path) as target:
            source.backup(target)
        source.close()
        target.close()
        return {"ACME_DB": str(path)}

    def execute(self, copy, statement):
        with sqlite3.connect(self._path.with_name(f"{copy}.db")) as connection:
            connection.execute(statement)
        connection.close()

    def cpu_seconds(self):
        """Returns 0: SQLite is a part of the provider's process."""
        return 0

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
    example = "postgres"
    # Without the triggers of foreign keys, which would take most of the time.
    _grow = """
        SET session_replication_role = replica;
        CREATE TEMPORARY TABLE grown AS
            SELECT 'grown_' || lpad(number::text, 8, '0') AS id, number
            FROM generate_series(
                1, {size} - (SELECT count(*) FROM customers WHERE mode = 'live')
            ) AS number;
        INSERT INTO customers (
            mode, id, created_at, first_name, last_name, email, email_key, currency
        )
            SELECT 'live', id, timestamptz '2024-01-01 00:00:00Z' + number / 7 * interval '1 ms',
                'Ada', 'Lindqvist', 'grown.' || number || '@example.test',
                'grown.' || number || '@example.test', 'USD'
            FROM grown;
        INSERT INTO addresses (mode, customer_id, position, address)
            SELECT 'live', id, 1, '{address}' FROM grown;
        INSERT INTO subscriptions (
            mode, id, customer_id, price_id, quantity, started_at, status, billing_day,
            period_start, period_end, period_millis, paid, paid_millis
        )
            SELECT 'live', id || '_1', id, 'price_desk_monthly_usd', 3,
                to_timestamp({start} / 1000.0), 'running', {day}, to_timestamp({start} / 1000.0),
                to_timestamp({end} / 1000.0), {end} - {start}, 5700, {end} - {start}
            FROM grown
    """

    def __init__(self, size, durable=False):
        self._cpu_seconds = {}
        # The path of a socket must be short, and the server's user must have access to it.
        self._folder = Path(tempfile.mkdtemp(prefix="pg"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        options = ["--username=acme", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", *options, "--no-sync", "--pgdata", self._folder / "data")
        sockets = f"-c listen_addresses= -c unix_socket_directories={self._folder}"
        settings = f"{sockets} -c fsync={'on' if durable else 'off'} -c autovacuum=off"
        paths = ["-D", self._folder / "data", "-l", self._folder / "log"]
        self._run("pg_ctl", "start", "-w", *paths, "-o", settings)
        try:
            with self.company():
                pass
            self._sql(self._grow.format(size=size, address=ADDRESS, **period()))
            self._sql("VACUUM ANALYZE")
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

    def _sql(self, *statements, database="postgres"):
        """Runs the statements in one session and returns their output."""
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        options = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "acme"]
        command = [f"{programs}/psql", *options, database]
        return subprocess.run(
            command,
            input=";\n".join([*statements, ""]),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def company(self):
        return Company("postgres", self._environment("postgres"))

    def copy(self, name):
        """Copies the database, and returns the environment of a provider on the copy."""
        database = name.replace("-", "_")
        self._sql(f"CREATE DATABASE {database} TEMPLATE postgres STRATEGY file_copy")
        return self._environment(database)

    def execute(self, copy, statement):
        self._sql(statement, database=copy.replace("-", "_"))

    def _environment(self, database):
        folder = str(self._folder)
        return {
            "ACME_DATABASE_URL": f"postgresql://acme@{quote(folder, safe='')}/{database}",
            "PGHOST": folder,
            "PGDATABASE": database,
        }

    def pages(self):
        """Returns the number of pages that were read in all databases so far."""
        # A connection reports its reads at most once a second.
        read = "SELECT sum(blks_hit + blks_read) FROM pg_stat_database"
        return int(self._sql("SELECT pg_sleep(2)", read).split()[-1])

    def cpu_seconds(self):
        """Returns the user and system time of all processes of the server so far."""
        postmaster = (self._folder / "data" / "postmaster.pid").read_text().split()[0]
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        # A process that has ended keeps its last value.
        self._cpu_seconds |= {pid: cpu_seconds(int(pid)) for pid in [postmaster, *children]}
        return sum(self._cpu_seconds.values())

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


def period():
    """Returns the start and the end of a month around today, and its billing day."""
    today = int(time.time()) // DAY
    return {
        "start": (today - 10) * DAY * 1000,
        "end": (today + 20) * DAY * 1000,
        "day": time.gmtime((today + 20) * DAY).tm_mday,
    }


def timed(connection, query, parameters):
    began = time.perf_counter()
    rows = connection.execute(query, parameters).fetchall()
    return (time.perf_counter() - began) * 1e3, rows
