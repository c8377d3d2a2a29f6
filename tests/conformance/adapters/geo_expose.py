"""`geo expose` of this project: python adapters/geo_expose.py ROUTES ZONES."""

from __future__ import annotations

import json
import math
import sys
import traceback


def ask(routes, zones):
    """Give (exit code, stdout, stderr) of the command, run in this process."""
    from click.testing import CliRunner

    from geo.cli import main

    words = ["expose", routes, "--zones", zones, "--format", "json"]
    done = CliRunner().invoke(main, words)
    if done.exit_code:
        trace = ""
        if done.exception and not isinstance(done.exception, SystemExit):
            trace = "".join(traceback.format_exception(*done.exc_info))
        return done.exit_code, "", done.stderr + trace
    # stderr says the same notes once more: they are in the answer, where a program reads them
    return 0, json.dumps(translated(json.loads(done.stdout))), ""


def translated(answer):
    """Add up the routes, as the suite does."""
    rows = answer["routes"]
    out = {
        name: math.fsum(row[name] for row in rows)
        for name in ("length_m", "exposed_m", "boundary_m")
    }
    zones = {}
    for zone in (zone for row in rows for zone in row["zones"]):
        sums = zones.setdefault(zone["zone_id"], {"inside_m": 0.0, "boundary_m": 0.0})
        for name in sums:
            sums[name] += zone[name]
    warnings = [
        f"{one['file']} {one['feature']} {one['rule']}: {one['message']}"
        for one in answer["warnings"]
    ]
    return {**out, "zones": zones, "warnings": warnings}


if __name__ == "__main__":
    code, out, err = ask(*sys.argv[1:])
    print(out, end="")
    print(err, end="", file=sys.stderr)
    sys.exit(code)
