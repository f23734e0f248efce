"""How a table and its indexes are paid for."""

from __future__ import annotations

from dataclasses import dataclass

from environments.schema import Autoscaled, OnDemand, Provisioned, RequestCaps, Scaled
from modules.dynamodb.live import LiveTable

Billing = OnDemand | Provisioned | Autoscaled


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """Units of a table or of one of its global indexes; None where it is not billed so."""

    read_capacity: float | None = None
    write_capacity: float | None = None
    caps: RequestCaps | None = None


def billing_mode(billing: Billing) -> str:
    """DynamoDB's name of the mode; autoscaled capacity is provisioned, too."""
    return "PAY_PER_REQUEST" if isinstance(billing, OnDemand) else "PROVISIONED"


def throughput(billing: Billing, *, index: str | None, live: LiveTable | None) -> Throughput:
    """The units of the table, or of its global index `index`.

    `live` tells what autoscaling has made of them.
    """
    match billing:
        case OnDemand():
            caps = billing if index is None else billing.indexes.get(index, RequestCaps())
            is_capped = (caps.max_read_units, caps.max_write_units) != (None, None)
            return Throughput(caps=caps if is_capped else None)
        case Provisioned():
            bought = billing if index is None else billing.indexes.get(index, billing)
            return Throughput(read_capacity=bought.read_capacity, write_capacity=bought.write_capacity)
        case Autoscaled():
            scaled = billing if index is None else billing.indexes.get(index, billing)
            return Throughput(
                read_capacity=_followed(scaled.read, "read_capacity", index=index, live=live),
                write_capacity=_followed(scaled.write, "write_capacity", index=index, live=live),
            )


def _followed(scaled: Scaled, attribute: str, *, index: str | None, live: LiveTable | None) -> float:
    if live is None:
        return scaled.minimum
    return live.capacity(attribute, index=index, otherwise=scaled.minimum)
