from __future__ import annotations

import os
import signal

from tests.toolchain.conftest import Checkout, Poll
from toolchain import processes

# Stands in for CDKTF with Terraform on a pseudo-terminal, that is, in a session of its own. Terraform applies until a
# file allows it to end; interrupted, it takes a moment to save its state.
DEPLOYS = """
terraform = '''
import os, signal, sys, time
def tell(word):
    with open("journal", "a") as journal: print(word, file=journal)
def save(*_):
    time.sleep(0.2)
    tell("saved")
    sys.exit(0)
signal.signal(signal.SIGINT, save)
sys.stdin.read()
tell("applying")
while not os.path.exists("may_end"): time.sleep(0.01)
tell("applied")
'''
child = subprocess.Popen([sys.executable, "-c", terraform], start_new_session=True, stdin=subprocess.PIPE)
signal.signal(signal.SIGINT, lambda *_: child.send_signal(signal.SIGINT))
child.stdin.close()
child.wait()
"""


def test_the_environment_is_checked_then_deployed_then_named_to_the_application(checkout: Checkout) -> None:
    assert checkout.run("toolchain.cdktf", "deploy", "local")[0] == 0
    assert checkout.lines() == ["check local --credentials", "cdktf deploy local --auto-approve", "for local"]


def test_the_state_stack_of_an_environment_is_synthesized_with_it(checkout: Checkout) -> None:
    checkout.run("toolchain.cdktf", "diff", "bootstrap-prod")
    assert checkout.lines() == ["check prod --credentials", "cdktf diff bootstrap-prod", "for prod"]


def test_a_synthesis_needs_no_credentials(checkout: Checkout) -> None:
    checkout.run("toolchain.cdktf", "synth", "prod")
    assert checkout.lines() == ["check prod", "cdktf synth", "for prod"]


def test_an_unknown_environment_stops_everything_with_one_line(checkout: Checkout) -> None:
    code, output = checkout.run("toolchain.cdktf", "deploy", "prd")
    assert code == 2
    assert output.startswith(
        "cdktf: `cdktf deploy` was given the unknown environment 'prd'; allowed is one of local, prod"
    )
    assert output.count("\n") == 1
    assert checkout.lines() == []


def test_a_refused_environment_stops_everything_with_its_own_reason(checkout: Checkout) -> None:
    checkout.write_program(
        checkout.root / "environments" / "__main__.py",
        "print('the sandbox is not running', file=sys.stderr); sys.exit(2)",
    )
    assert checkout.run("toolchain.cdktf", "deploy", "local") == (2, "the sandbox is not running\n")
    assert checkout.lines() == []


def test_the_exit_code_of_cdktf_is_kept(checkout: Checkout) -> None:
    checkout.write_cdktf("sys.exit(1)")
    assert checkout.run("toolchain.cdktf", "deploy", "local")[0] == 1


def test_the_provider_is_pinned_before_cdktf_initializes_terraform(checkout: Checkout) -> None:
    checkout.write_cdktf("tell(os.path.exists('cdktf.out/stacks/local/.terraform.lock.hcl'))")
    checkout.run("toolchain.cdktf", "deploy", "local")
    assert checkout.lines()[1:] == ["True"]


def test_terraform_is_the_one_that_survives_cdktf(checkout: Checkout) -> None:
    checkout.write_cdktf("tell(os.environ['TERRAFORM_BINARY_NAME'])")
    checkout.run("toolchain.cdktf", "diff", "local")
    assert checkout.lines()[1:] == [str(checkout.root / ".venv" / "bin" / "guarded-terraform")]


def test_a_question_about_cdktf_waits_for_no_deployment(checkout: Checkout, eventually: Poll) -> None:
    checkout.write_cdktf("tell('running'); time.sleep(600 if 'deploy' in sys.argv else 0)")
    deployment = checkout.start("toolchain.cdktf", "deploy", "local")
    eventually(lambda: "running" in checkout.lines())
    assert checkout.run("toolchain.cdktf", "--version")[0] == 0
    deployment.send_signal(signal.SIGINT)
    deployment.wait()


def test_a_second_deployment_at_the_same_time_is_refused(checkout: Checkout, eventually: Poll) -> None:
    checkout.write_cdktf("tell('running'); time.sleep(600)")
    first = checkout.start("toolchain.cdktf", "deploy", "local")
    eventually(lambda: "running" in checkout.lines())
    code, output = checkout.run("toolchain.cdktf", "deploy", "local")
    assert (code, f"running in this checkout already (process {first.pid})" in output) == (2, True)
    first.send_signal(signal.SIGINT)
    first.wait()


def test_an_interrupted_deployment_ends_when_terraform_has_saved_its_state(
    checkout: Checkout, eventually: Poll
) -> None:
    checkout.write_cdktf(DEPLOYS)
    deployment = checkout.start("toolchain.cdktf", "deploy", "local")
    eventually(lambda: "applying" in checkout.lines())
    deployment.send_signal(signal.SIGINT)
    output, _ = deployment.communicate()
    assert deployment.returncode == 128 + signal.SIGINT
    assert checkout.lines()[-1] == "saved"
    assert "SIGINT: Terraform finishes what it began and saves its state" in output


def test_a_killed_deployment_comes_to_its_end_before_the_next_one_starts(checkout: Checkout, eventually: Poll) -> None:
    checkout.write_cdktf(DEPLOYS)
    deployment = checkout.start("toolchain.cdktf", "deploy", "local")
    eventually(lambda: "applying" in checkout.lines())
    deployment.kill()
    checkout.write_cdktf("tell('again')")
    following = checkout.start("toolchain.cdktf", "deploy", "local")
    assert following.stdout is not None
    assert "Waiting for what is left of cdktf to end" in following.stdout.readline()
    (checkout.root / "may_end").touch()
    assert following.wait() == 0
    assert checkout.lines()[1:] == ["applying", "check local --credentials", "applied", "again"]


def test_when_cdktf_is_killed_terraform_is_waited_for(checkout: Checkout, eventually: Poll) -> None:
    checkout.write_cdktf(DEPLOYS)
    deployment = checkout.start("toolchain.cdktf", "deploy", "local")
    eventually(lambda: "applying" in checkout.lines())
    mark = (checkout.root / "build" / "run" / "cdktf.mark").read_text()
    cdktf, terraform = sorted(processes.marked(mark))
    os.kill(cdktf, signal.SIGKILL)
    assert deployment.stdout is not None
    assert f"(processes [{terraform}])" in deployment.stdout.readline()
    (checkout.root / "may_end").touch()
    assert deployment.wait() == 128 + signal.SIGKILL
    assert checkout.lines()[-1] == "applied"


def test_a_deployment_is_remembered_until_it_is_destroyed(checkout: Checkout) -> None:
    deployed = checkout.root / "build" / "run" / "local.deployed"
    checkout.run("toolchain.cdktf", "deploy", "local")
    assert deployed.exists()
    checkout.run("toolchain.cdktf", "destroy", "local")
    assert not deployed.exists()


def test_guarded_terraform_survives_the_end_of_its_terminal(checkout: Checkout, eventually: Poll) -> None:
    # One program stands in for Terraform, and one that opens a pseudo-terminal for CDKTF.
    terraform = checkout.root / "bin" / "terraform"
    checkout.write_program(
        terraform,
        "tell('applying')\nwhile os.getppid() == int(os.environ['CDKTF']): time.sleep(0.01)\n"
        "time.sleep(0.2); tell('applied')",
    )
    checkout.write_program(
        checkout.root / "opens_terminal.py",
        "import pty\n"
        "os.environ['CDKTF'] = str(os.getpid())\n"
        "command = [sys.executable, '-m', 'toolchain.guarded_terraform', 'apply']\n"
        "if pty.fork()[0] == 0: os.execv(sys.executable, command)\n"
        "time.sleep(600)",
    )
    opener = checkout.start("opens_terminal", variables={"PATH": f"{terraform.parent}{os.pathsep}{os.environ['PATH']}"})
    eventually(checkout.lines)
    opener.kill()
    eventually(lambda: checkout.lines() == ["applying", "applied"])
