"""A whole run's logs: they tell of the call and its case, and hold no code that was keyed."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from activation_line.house import House, Plan
from activation_line.once import Variation, play
from activation_line.wiring import bootstrap
from clearinghouse.tables import permissions, requests
from codes import case_number
from data_store import reading

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_the_logs_of_a_run_hold_no_code(tmp_path: Path) -> None:
    with House(Plan(tmp_path / "demo", start=START), print) as house:
        evidence = asyncio.run(play(house, Variation(wrong_digit=2), print))
        assert evidence.faults == ()
        line = bootstrap(house.settings)
        with reading(line.engine) as conn:
            asked = conn.execute(select(requests)).mappings().all()
            issued = conn.execute(select(permissions.c.new_license_server_id)).scalars().all()
        line.close()
    logs = {path.name: path.read_text("utf-8") for path in (tmp_path / "demo/logs").iterdir()}
    told = logs["line.log"]
    assert case_number.format(asked[-1]["case_number"]) in told
    assert re.search(r"call=CA[0-9a-f]{32}", told)
    codes = [*issued, *(row[name] for row in asked for name in ("product_id", "license_server_id"))]
    for code in codes:
        groups = [code[place : place + 5] for place in range(0, len(code), 5)]
        for name, text in logs.items():
            # A whole group, and no part of a longer number.
            found = [group for group in groups if re.search(rf"(?<!\w){group}(?!\w)", text)]
            assert found == [], name
