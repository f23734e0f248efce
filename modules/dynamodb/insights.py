"""Which keys of a table are used and throttled most."""

from __future__ import annotations

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.dynamodb_contributor_insights import DynamodbContributorInsights
from constructs import Construct


class Insights(Construct):
    """Contributor Insights of a table and of each of its global indexes."""

    def __init__(self, scope: Construct, id_: str, *, table_name: str, indexes: Iterable[str]) -> None:
        super().__init__(scope, id_)
        DynamodbContributorInsights(self, "table", table_name=table_name)
        for index in indexes:
            DynamodbContributorInsights(self, index, table_name=table_name, index_name=index)
