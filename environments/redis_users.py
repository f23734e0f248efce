"""Who logs in to Redis, and what each may do there: one user for each persona that uses it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from environments.schema import Environment
from tierstore.connection import APPLICATION
from tierstore.declaration.permissions import key_space_actions_of
from tierstore.declaration.personas import Persona
from tierstore.declaration.policies import KeySpaceUse
from tierstore.declaration.requests import KeySpaceAction
from tierstore.model import DATA_MODEL
from tierstore.model.key_spaces import ENTITY_CACHE, KEY_SPACES

VALIDATOR: Final = "validator"
"""The persona of checks and drills, whose keys are in no key space."""
VALIDATION_KEYS: Final = "validation"
"""First part of every key that checks and drills write."""
NO_ACCESS: Final = "off ~* -@all"
"""Of the default user that a user group for redis has to have."""

_READ, _WRITE, _FIND = KeySpaceAction.READ, KeySpaceAction.WRITE, KeySpaceAction.FIND
_EVERYBODY: Final = ("-@all", "+@connection", "+cluster|slots", "+wait", "+time")
"""Commands that clients need to find the node of a key, and that tell nothing of keys."""
_NOBODY: Final = ("-@admin", "-@dangerous", "-@scripting", "-dbsize", "-randomkey", "-scan")
"""Commands of the categories below that reach beyond single keys."""
_BY_ACTION: Final = {_READ: "+@read", _WRITE: "+@write"}
_SCRIPTS: Final = {_READ: ("+eval_ro", "+evalsha_ro"), _WRITE: ("+eval", "+evalsha"), _FIND: ("+scan",)}
_PATTERN: Final = {
    frozenset({_READ}): "%R~{}:*",
    frozenset({_WRITE}): "%W~{}:*",
    frozenset({_READ, _WRITE}): "~{}:*",
}

_OPERATIONS: Final[Mapping[str, tuple[Mapping[str, Collection[KeySpaceAction]], tuple[str, ...]]]] = {
    "operator": (
        {space.name: (_READ, _FIND) for space in KEY_SPACES},
        ("+info", "+client|list", "+cluster|info", "+cluster|nodes", "+slowlog|get"),
    ),
    VALIDATOR: ({VALIDATION_KEYS: (_READ, _WRITE)}, ("+info", "+cluster|info")),
}
"""Of those who run an environment: keys, and commands besides."""


@dataclass(frozen=True, kw_only=True)
class RedisUser:
    """A user of Redis, who logs in by IAM as one persona."""

    persona: str
    access_string: str
    uses: frozenset[KeySpaceUse]
    """It is let in to the replication groups of these, and to a serverless cache."""


def redis_users() -> tuple[RedisUser, ...]:
    """One user for each persona that uses Redis."""
    declared = {persona.name: key_spaces_of(persona) for persona in DATA_MODEL.personas}
    applications = [
        RedisUser(
            persona=persona,
            access_string=render_access(actions),
            uses=frozenset(space.use for space in KEY_SPACES if space.name in actions),
        )
        for persona, actions in declared.items()
        if actions
    ]
    operations = [
        RedisUser(persona=persona, access_string=render_access(keys, *commands), uses=frozenset(KeySpaceUse))
        for persona, (keys, commands) in _OPERATIONS.items()
    ]
    return (*applications, *operations)


def key_spaces_of(persona: Persona) -> dict[str, frozenset[KeySpaceAction]]:
    """What a persona's patterns do with keys, by the name of the key space."""
    found: dict[str, frozenset[KeySpaceAction]] = {}
    for space, actions in key_space_actions_of(persona).items():
        name = (space or ENTITY_CACHE).name
        found[name] = found.get(name, frozenset()) | actions
    return dict(sorted(found.items()))


def user_name(environment: Environment, persona: str) -> str:
    """`<prefix>-<environment>-<persona>` without underscores, `app` for the application; a user's id is its name.

    ElastiCache allows 40 characters.
    """
    return environment.physical_name("app" if persona == APPLICATION else persona.replace("_", ""))


def user_names(environment: Environment) -> dict[str, str]:
    """By persona, the name of its user, for those that use Redis."""
    return {user.persona: user_name(environment, user.persona) for user in redis_users()}


def render_access(keys: Mapping[str, Collection[KeySpaceAction]], *commands: str) -> str:
    """The access string of somebody who does this with keys that begin with these names, and no more.

    Whatever the schema version in a key: while a release goes out, two of them are in use.
    """
    actions = {action for each in keys.values() for action in each}
    ordered = [action for action in (_READ, _WRITE, _FIND) if action in actions]
    return " ".join(
        (
            "on",
            *(_PATTERN[frozenset(each) - {_FIND}].format(name) for name, each in keys.items()),
            *_EVERYBODY,
            *(_BY_ACTION[action] for action in ordered if action in _BY_ACTION),
            *_NOBODY,
            *(command for action in ordered for command in _SCRIPTS[action]),
            *commands,
        )
    )
