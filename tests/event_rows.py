"""Rows of events as the datasets write them, for several tests."""

import csv
import io as memory

UCDP_ROW = {
    "id": "1001",
    "code_status": "Clear",
    "type_of_violence": "1",
    "side_a": "Government of Myanmar (Burma)",
    "side_b": "KIO",
    "where_prec": "1",
    "where_coordinates": "Myitkyina town",
    "adm_1": "Kachin state",
    "adm_2": "Myitkyina district",
    "latitude": "25.383",
    "longitude": "97.396",
    "country": "Myanmar (Burma)",
    "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2023-04-11",
    "date_end": "2023-04-12",
    "best": "5",
    "high": "9",
    "low": "2",
}
ACLED_ROW = {
    "event_id_cnty": "MMR1",
    "event_date": "2024-03-01",
    "year": "2024",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "Military Forces of Myanmar (2021-)",
    "actor2": "KIO/KIA",
    "country": "Myanmar",
    "admin1": "Kachin",
    "admin2": "Bhamo",
    "admin3": "Momauk",
    "location": "Momauk",
    "latitude": "24.2511",
    "longitude": "97.3436",
    "geo_precision": "2",
    "source": "Someone",
    "notes": "A clash.\nTwo lines, with a comma.",
    "fatalities": "7",
    "timestamp": "1709600000",
}


def rows(row, *changes):
    """Give one row for each change, with ids of their own."""
    key = next(iter(row))
    return [{**row, key: f"{row[key]}{place}", **change} for place, change in enumerate(changes)]


def text(records, delimiter=","):
    """Write records as CSV, with all their keys as titles."""
    out = memory.StringIO()
    writer = csv.DictWriter(out, list(records[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()
