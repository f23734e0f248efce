"""The estimate on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from validation.cost.document import Document, headline, money


def show(name: str, cost: Document, console: Console) -> None:
    """Print what every resource costs, the sums, what is left out, and what would cost less."""
    if console.is_terminal:
        console.print(_table(cost))
    else:
        console.print("\n".join(_lines(cost)), markup=False, highlight=False, soft_wrap=True)
    for tier in cost["by_tier"]:
        console.print(f"{tier['tier']:<12} {money(tier['after']):>12}", markup=False, highlight=False)
    console.print(Text(f"{name}: {headline(cost)}", style="bold"), soft_wrap=True)
    for item in cost["not_included"]:
        count = f" ({len(item['addresses'])} ×)" if len(item["addresses"]) > 1 else ""
        console.print(Text(f"not included: {item['what']}{count}: {item['why']}"), soft_wrap=True)
    for advice in cost["advice"]:
        what = f"{advice['what']} for {advice['address']}; {advice['but']}"
        console.print(Text(f"could save {money(advice['saves'])} a month: {what}", style="green"), soft_wrap=True)
    for remark in cost["remarks"]:
        console.print(Text(remark, style="dim"), soft_wrap=True)


def _table(cost: Document) -> Table:
    table = Table("Resource", "What", box=None)
    for column in ("Units", "Price", "USD a month"):
        table.add_column(column, justify="right")
    for line in cost["lines"]:
        table.add_row(*(Text(cell) for cell in _cells(line)))
    return table


def _lines(cost: Document) -> Iterator[str]:
    for line in cost["lines"]:
        address, what, units, price, usd = _cells(line)
        yield f"{usd:>10}  {address}: {what}: {units} × {price}"


def _cells(line: Document) -> tuple[str, str, str, str, str]:
    price = f"{line['price']:g} per {line['per']} ({line['quality']})"
    return line["address"], line["what"], f"{line['quantity']:,.4g}", price, f"{line['usd']:,.2f}"
