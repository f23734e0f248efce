"""What must hold before anything is judged."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from environments import WrongAccount
from environments.account import Caller
from validation.preflight import deployed_context


def test_refuses_credentials_of_another_account() -> None:
    stranger = Caller(account="999999999999", arn="arn:aws:iam::999999999999:user/stranger")

    with patch("environments.account._caller", return_value=stranger), pytest.raises(WrongAccount) as refused:
        deployed_context("prod")

    assert "999999999999" in str(refused.value)
    assert "333333333333" in str(refused.value)
