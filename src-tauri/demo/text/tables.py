"""Reads the word tables: one row to a line, fields apart by `|`."""

from collections import namedtuple


def table(name, fields, text):
    row = namedtuple(name, fields)
    rows = []
    for line in text.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(row._fields):
            raise ValueError(f"{name}: {line!r} has {len(cells)} fields, not {len(row._fields)}")
        rows.append(row(*cells))
    return rows


def words(text):
    """Words apart by commas."""
    return [word.strip() for word in text.replace("\n", " ").split(",") if word.strip()]
