from __future__ import annotations

import pytest

from sandbox.redis_cluster import access
from sandbox.redis_cluster.access import User

OPERATOR = User(name="operator", access_string="on ~* &* +@all", password_hashes=(access.password_hash("secret"),))


def line_of(name: str, *users: User) -> str:
    lines = access.render(users, operator=OPERATOR).splitlines()
    return next(line for line in lines if line.startswith(f"user {name} "))


def user(access_string: str, *, name: str = "application", hashes: tuple[str, ...] = ("ab" * 32,)) -> User:
    return User(name=name, access_string=access_string, password_hashes=hashes)


def test_the_default_user_is_off() -> None:
    assert line_of("default", user("on ~* +@all")) == "user default reset off ~* &* +@all"


def test_a_group_may_bring_its_own_default_user() -> None:
    line = line_of("default", user("on ~* -@all", name="default", hashes=()))

    assert line.startswith("user default reset nopass on ~* -@all")


@pytest.mark.parametrize("access_string", ["off ~* -@all", "-@all", "on off ~* +@read"])
def test_a_default_user_that_is_off_may_do_everything_since_redis_starts_with_its_permissions(
    access_string: str,
) -> None:
    assert line_of("default", user(access_string, name="default")) == "user default reset off ~* &* +@all"


def test_a_user_has_its_password_hashes_and_its_access_string() -> None:
    line = line_of("application", user("on ~app:* +@read", hashes=("aa", "bb")))

    assert line.startswith("user application reset #aa #bb on ~app:* +@read ")


@pytest.mark.parametrize("rule", ["+client|setinfo", "-CLIENT|SETINFO", "+client|no-touch"])
def test_what_redis_7_0_does_not_know_is_left_out(rule: str) -> None:
    assert rule not in line_of("application", user(f"on ~* +@all {rule}"))


@pytest.mark.parametrize("command", ["config", "debug", "shutdown", "cluster|failover", "acl|setuser", "replicaof"])
def test_what_elasticache_restricts_is_denied_to_users(command: str) -> None:
    assert f"-{command}" in line_of("application", user("on ~* +@all")).split()


def test_the_operator_may_do_everything() -> None:
    assert line_of("operator").endswith("on ~* &* +@all")


def test_no_password_is_written() -> None:
    assert "secret" not in access.render([], operator=OPERATOR)
