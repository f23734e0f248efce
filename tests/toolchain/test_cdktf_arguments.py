from __future__ import annotations

import pytest

from toolchain.cdktf_arguments import Request, parse
from toolchain.errors import ToolchainError


def understood(line: str, *, has_terminal: bool = False, target: str = "") -> Request:
    return parse(
        line.split(),
        environments=["dev", "local", "prod"],
        has_terminal=has_terminal,
        variables={"TIERSTORE_TARGET": target},
    )


@pytest.mark.parametrize(
    ("line", "stack", "environment"),
    [
        ("diff prod", "prod", "prod"),
        ("plan prod", "prod", "prod"),
        ("diff bootstrap-prod", "bootstrap-prod", "prod"),
        ("--no-color diff --terraform-parallelism 4 dev --var a=b", "dev", "dev"),
        ("deploy --auto-approve prod", "prod", "prod"),
        ("output local", "local", "local"),
    ],
)
def test_the_stack_and_its_environment_are_found_among_the_arguments(line: str, stack: str, environment: str) -> None:
    request = understood(line)
    assert (request.stack, request.environment) == (stack, environment)
    assert request.arguments == tuple(line.split())


def test_synth_names_the_environment_to_the_application_not_to_cdktf() -> None:
    request = understood("synth prod --hcl")
    assert (request.arguments, request.environment) == (("synth", "--hcl"), "prod")
    assert not request.needs_credentials


def test_synth_without_an_environment_means_all() -> None:
    assert understood("synth").environment is None


@pytest.mark.parametrize("command", ["diff", "deploy", "destroy", "apply", "output"])
def test_a_missing_environment_is_refused_with_the_allowed_ones(command: str) -> None:
    with pytest.raises(
        ToolchainError, match=r"was given no environment; allowed is one of dev, local, prod, or bootstrap-"
    ):
        understood(command)


@pytest.mark.parametrize("name", ["prd", "bootstrap-prd", "Prod", "bootstrap-"])
def test_an_unknown_environment_is_refused_with_the_allowed_ones(name: str) -> None:
    with pytest.raises(ToolchainError, match=rf"unknown environment '{name}'; allowed is one of dev, local, prod"):
        understood(f"deploy {name}")


def test_two_environments_at_once_are_refused() -> None:
    with pytest.raises(ToolchainError, match=r"2 environments \(dev, prod\)"):
        understood("deploy dev prod")


@pytest.mark.parametrize("line", ["", "--help", "--version", "deploy --help", "provider list", "debug"])
def test_questions_about_cdktf_itself_are_passed_on(line: str) -> None:
    request = understood(line)
    assert not request.concerns_stacks
    assert request.arguments == tuple(line.split())


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_without_a_terminal_local_is_changed_without_asking(command: str) -> None:
    assert understood(f"{command} local").arguments == (command, "local", "--auto-approve")


def test_without_a_terminal_an_environment_in_the_sandbox_is_changed_without_asking() -> None:
    assert understood("deploy prod", target="sandbox").arguments == ("deploy", "prod", "--auto-approve")


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_without_a_terminal_aws_is_changed_only_when_approved_beforehand(command: str) -> None:
    with pytest.raises(
        ToolchainError, match=r"no terminal to ask on\. Review `cdktf diff prod`, then add --auto-approve"
    ):
        understood(f"{command} prod")


def test_on_a_terminal_cdktf_asks() -> None:
    request = understood("deploy prod", has_terminal=True)
    assert request.on_terminal
    assert "--auto-approve" not in request.arguments


def test_what_asks_nothing_leaves_the_terminal_alone() -> None:
    assert not understood("deploy prod --auto-approve", has_terminal=True).on_terminal
    assert not understood("diff prod", has_terminal=True).on_terminal
