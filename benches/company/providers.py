"""The company's providers, each on a copy of the same database."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "harness"), str(HERE.parent / "growth")]

from databases import FIRST, Postgres, Sqlite  # noqa: E402
from peers import Server  # noqa: E402
from setup import EXAMPLES  # noqa: E402

DATABASES = {"SQLite": Sqlite, "PostgreSQL": Postgres}
PROVIDERS = ["churnkey", "express", "fastify"]


class Provider(Server):
    """A provider on the copy of the database that `environment` names."""

    def __init__(self, name, database, environment, core=None):
        if name == "churnkey":
            command = [str(EXAMPLES / database.example)]
        else:
            command = ["node", str(HERE / "node" / f"{name}.js")]
        super().__init__(name, command, {"BOOKS": database.name, **environment}, FIRST, core)


def get(path, mode="live"):
    return {"method": "GET", "path": f"/churnkey{path}", "mode": mode}


def pause(customer, subscription, duration, mode="live", **more):
    body = {
        "customerId": customer,
        "subscriptionId": subscription,
        "startAt": "immediate",
        "duration": duration,
        **more,
    }
    return {
        "method": "POST",
        "path": "/churnkey/actions/subscription/pause",
        "mode": mode,
        "body": json.dumps(body),
    }
