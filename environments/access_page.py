"""The page about roles, generated so that it says what is really permitted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from environments.declared import OPERATIONS
from environments.redis_users import key_spaces_of
from tierstore.declaration.model import DataModel
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    permissions_of,
)
from tierstore.declaration.personas import Persona

_BEGINNING: Final = """\
# Access

Generated from `tierstore/model` by `make docs`; edit the declaration, or `environments/access_page.py`.

Every persona has one IAM role, `<prefix>-<environment>-<persona>`, with exactly the actions, tables, indexes, partition
keys and object keys that its access patterns need. Nobody lists them: they follow from the patterns
([permissions.py](../tierstore/declaration/permissions.py)), and the tests run every operation with every role while IAM
is enforced. Whatever somebody attaches to a role later, its permission boundary lets nothing pass that no persona of
its kind needs; applications can't scan.

## Take a role

Where the environment's file names nobody, the IAM policies of the account decide who takes a role, for which production
asks a written reason (`accepted_risks: {unnamed-persona: …}`). It may name them:

```yaml
access:
  personas:
    application: {services: [ecs-tasks]}                                      # or ec2, lambda
    reader: {principals: ["arn:aws:iam::123456789012:role/reports"]}
    auditor: {principals: ["arn:aws:iam::999999999999:role/audit"], external_id: agreed-upon}  # another account
    uploader: {personas: [application]}                                       # lent by the application
```

One principal at a time and no wildcards; another account needs an `external_id`; production refuses users, whose keys
never expire. An application that runs on one of the services needs no more: the SDK finds the role's credentials.
Anybody else names the role in a profile, and the library and every AWS tool take it by `AWS_PROFILE`:

```ini
[profile reports]
role_arn = arn:aws:iam::123456789012:role/tierstore-prod-reader
source_profile = default
```

A role that is bound to an owner is taken for one owner, by a session tag that only whoever lends the role can set. Its
credentials may be handed to the user's own device:

```python
sts.assume_role(RoleArn=uploader, RoleSessionName=user.id, Tags=[{"Key": "user_id", "Value": user.id}])
```

It reaches the owner's whole item collection, since IAM knows partition keys and no sort keys; and S3 answers it that an
object is forbidden where there is none, since it must not list what belongs to others.

## In Redis

Each persona that uses Redis has a user of its own there, `<prefix>-<environment>-<persona>` without underscores (`-app`
for the application), whose access string names its key spaces and the kinds of commands that its patterns need
([redis_users.py](../environments/redis_users.py)); its role may connect as no other user. Redis tells the names of keys
only to those who have to look for them, and nobody administers it. A process that is not the application says who it
is:

```sh
TIERSTORE_PERSONA=session_service python -m sign_in
```

`Storage.connect("prod", persona="data_protection")` says it for one storage.

The default user is off. `python -m validation run <environment> --only redis` compares the live access strings with the
declared ones, and tries what its own user must not do.

An environment in which everybody still logs in as `app` keeps that user and gets the others beside it; nothing is
replaced, and the application stays connected. In this order nobody is kept out:

1. Set `TIERSTORE_PERSONA` for every process that is not the application, and roll out this release. While the
   connection document names one user, all of them log in as `app`.
2. Deploy. The plan review reports `app`, whose rights are spelled otherwise, and the roles, which may connect as
   somebody new, as `weaken`: [allow them once](plan-review.md#allowing-a-change).
3. Restart the processes of step 1, which read the connection document when they start. Their open connections last
   until then; a new one as `app` would be refused, and reads would go to the table.

## Add a persona

1. `tierstore/model/personas.py`: name it and list the patterns that it may use; `owns` binds it to a session tag.
   A persona that is bound to an owner, and would need what belongs to everybody, is an error at import.
2. `make docs` shows here what it will be permitted; `cdktf diff <environment>` shows the role.
3. A new access pattern needs a line in `tests/validation/access/scenario.py` that runs its operation: what it sends is
   compared with what its personas are permitted, both ways.

Rights end at items. IAM could also name attributes (`dynamodb:Attributes` with `dynamodb:Select`), and no policy does:
an item becomes its typed entity, so that every access pattern reads and writes whole items, and such a condition would
refuse each of them. What a persona must not see is an entity of its own, under partition keys that none of its patterns
names, as sessions are; no entity holds a password.

After a rollout `python -m validation run <environment> --only access` has IAM simulate every action on every part of
the storage for every role.

## Workflows

`access.github.repository` makes two roles in the stack `bootstrap-<environment>`, taken by OpenID Connect without any
key: `<prefix>-<environment>-plan` by jobs in the GitHub environment `<environment>-plan`, which reads settings and no
data, and `<prefix>-<environment>-deploy` by jobs in `<environment>`, which changes everything of the environment but
these two roles. Their ARNs are the variables `PLAN_ROLE_ARN` and `DEPLOY_ROLE_ARN` of the
[workflows](plan-review.md). An account has one provider for GitHub: where another environment of the account has made
it, say `provider: existing`.

The same stack makes the permission boundaries, `<prefix>-<environment>-boundary-<group>`: of applications, of those who
run the environment, of services that work for it, and of the workflows. Whoever deploys makes roles and gives them
rights only below one of the first three, changes no boundary, takes none away, and passes roles to the services only
that work for the environment; `tests/modules/access/test_boundaries.py` tries every other way. So a persona that needs
what none of its kind needed before takes `cdktf deploy bootstrap-<environment>` by an administrator first.

## Who may do what
"""


def render(model: DataModel) -> str:
    """The page in Markdown."""
    sections = [line for persona in model.personas for line in _section(persona)]
    operations = [
        "",
        "### Those who run the environment",
        "",
        "Their rights are about control planes ([operations.py](../modules/access/operations.py)).",
        "",
        _row("Persona", "Does"),
        _row("---", "---"),
        *(_row(f"`{name}`", description) for name, description in OPERATIONS.items()),
        "",
    ]
    return "\n".join([_BEGINNING.rstrip(), *sections, *operations])


def _section(persona: Persona) -> Iterator[str]:
    bound = f" Bound to the session tag `{persona.owns}`." if persona.owns else ""
    yield from ("", f"### {persona.name}", "", f"{persona.description}{bound}", "")
    yield _row("Where", "Keys", "Actions")
    yield _row("---", "---", "---")
    actions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for permission in sorted(permissions_of(persona), key=str):
        actions[_place(permission)].append(permission.action.partition(":")[2])
    for (where, keys), names in actions.items():
        yield _row(where, keys, ", ".join(names))
    for space, done in key_spaces_of(persona).items():
        yield _row("Redis", f"`{space}:*`", ", ".join(sorted(done)))


def _place(permission: Permission) -> tuple[str, str]:
    match permission:
        case ItemPermission(table=table, index=index, partitions=partitions):
            return f"table {table}{f', {index}' if index else ''}", f"`{partitions}`"
        case ObjectPermission(bucket=bucket, keys=keys):
            return f"bucket {bucket}", f"`{keys}`"
        case ListingPermission(bucket=bucket, keys=keys):
            return f"list of bucket {bucket}", f"`{keys}`"
        case LoginPermission():
            return "Redis, as the persona's own user", "–"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
