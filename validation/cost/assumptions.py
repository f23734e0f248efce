"""What an estimate assumes: the prices, and how much of everything an environment uses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from environments.declared import BUCKETS, TABLES
from environments.replication_groups import replication_groups
from environments.schema import BucketUsage, CostSettings, Environment, RedisUsage, TableUsage
from validation.cost.inventory import Resource
from validation.cost.model import Line
from validation.cost.prices import Prices, list_prices
from validation.plan.tiers import tier_of

ONE: Final = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Prices and usage of one environment."""

    environment: Environment
    prices: Prices

    @property
    def cost(self) -> CostSettings:
        """The section `cost` of the environment's file."""
        return self.environment.cost

    def table(self, physical_name: object) -> TableUsage:
        """Use of a table by its name in the account; of a table that is not declared, the defaults."""
        names = {self.environment.physical_name(table): table for table in TABLES}
        return self.cost.tables.get(names.get(str(physical_name), ""), TableUsage())

    def bucket(self, physical_name: object) -> BucketUsage:
        """Use of a bucket by its name in the account; of a bucket that is not declared, the defaults."""
        names = {self.environment.bucket_name(bucket): bucket for bucket in BUCKETS}
        # A copy takes in and keeps what its original does.
        names |= {self.environment.replica_name(bucket): bucket for bucket in BUCKETS}
        return self.cost.buckets.get(names.get(str(physical_name), ""), BucketUsage())

    def replication_group(self, id_: object) -> RedisUsage:
        """Use of a replication group by its id; of one that is no separate group, that of the main one."""
        _, *separate = replication_groups(self.environment)
        uses = {group.id: use for group in separate for use in group.uses}
        usage: RedisUsage = getattr(self.cost.separate_redis, uses[str(id_)]) if id_ in uses else self.cost.redis
        return usage

    def line(
        self, resource: Resource, what: str, quantity: float | Decimal, price: str, *, factor: Decimal = ONE
    ) -> Line:
        """A line of the estimate; `price` is a name in the list, `quantity` how many units of it a month."""
        return Line(
            address=resource.address,
            tier=tier_of(resource.type),
            what=what,
            quantity=number(quantity),
            price=self.prices[price],
            factor=factor,
        )


def assumptions(environment: Environment) -> Assumptions:
    """The assumptions of an environment; raises `CouldNotRun` where it overrides a price that does not exist."""
    return Assumptions(environment=environment, prices=list_prices().with_overrides(environment.cost.prices))


def number(amount: float | Decimal) -> Decimal:
    """An amount as it was written, without what a binary fraction adds."""
    return Decimal(str(amount))
