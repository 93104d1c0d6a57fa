"""A table of a letter as lines: columns where it holds data, one after another where it only gives shape. Pure."""

Row = list[list[str]]  # cells, each with its lines

WIDTH_LIMIT = 110  # characters; a wider table is read better without columns
COLUMNS_LIMIT = 20
PADDING_LIMIT = 200_000  # characters that may be spent on making columns stand under each other
GAP = "  "


def lay_out(rows: list[Row]) -> list[str]:
    """Return the lines of a table."""
    rows = [row for row in rows if any(any(line.strip() for line in cell) for cell in row)]
    if widths := _columns(rows):
        return [_aligned(row, widths) for row in rows]
    return [line for row in rows for line in _one_after_another(row)]


def _columns(rows: list[Row]) -> list[int]:
    """Return how wide each column is; [] when this is no table of short data."""
    wide = [row for row in rows if len(row) > 1]
    if len(wide) < 2 or any(len(row) > COLUMNS_LIMIT for row in wide):  # noqa: PLR2004 - one row shows no columns
        return []
    widths: list[int] = []
    for row in wide:
        for number, cell in enumerate(row):
            if len(cell) > 1 or (cell and cell[0].startswith(">")):
                return []
            if number == len(widths):
                widths.append(0)
            widths[number] = max(widths[number], len(cell[0]) if cell else 0)
    total = sum(widths) + len(GAP) * len(widths)
    return widths if total <= WIDTH_LIMIT and total * len(wide) <= PADDING_LIMIT else []


def _aligned(row: Row, widths: list[int]) -> str:
    if len(row) == 1:
        return "\n".join(row[0])
    cells = [cell[0] if cell else "" for cell in row]
    return GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)).rstrip()


def _one_after_another(row: Row) -> list[str]:
    cells = [cell for cell in row if any(line.strip() for line in cell)]
    if len(cells) > 1 and all(len(cell) == 1 and not cell[0].startswith(">") for cell in cells):
        return [GAP.join(cell[0].strip() for cell in cells)]
    return [line for cell in cells for line in cell]
