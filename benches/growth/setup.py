"""Installs and builds the programs for the measurements."""

import glob
import os
import resource
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROFILE = os.environ.get("PROFILE", "release")
EXAMPLES = TARGET / ("debug" if PROFILE == "dev" else PROFILE)


def install(*more):
    """Installs the packages of missing programs, given as pairs of a program and its package."""
    missing = [
        package
        for program, package in [("cc", "gcc"), ("wrk", "wrk"), *more]
        if not shutil.which(program)
    ]
    if not glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        missing.append("postgresql")
    if missing:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True)
    # Each connection needs a file descriptor; the servers inherit the limit.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def build(*peers):
    """Builds the examples, and with the given arguments of cargo the peers."""
    cargo = ["cargo", "build", "--locked", "--quiet"]
    examples = ["-p", "acme", "-p", "postgres"]
    subprocess.run([*cargo, "--profile", PROFILE, *examples], cwd=ROOT, check=True)
    if peers:
        subprocess.run([*cargo, "--release", *peers], cwd=ROOT, check=True)


def table(head, rows):
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---:"] * len(head), *rows])
