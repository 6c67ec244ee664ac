"""R2: in whose name a merchant's account may stand."""

import pytest

from accounts.rules.account_holder import holder_basis


@pytest.mark.parametrize(
    ("kind", "name", "basis"),
    [
        ("INDIVIDUAL", "孔雀市场A12号蔬菜经营部", "LEGAL_NAME"),
        ("COMPANY", "孔雀市场A12号蔬菜经营部", "LEGAL_NAME"),
        ("INDIVIDUAL", " 阿依古丽 ", "OPERATOR"),
        ("MICRO", "阿依古丽", "OPERATOR"),
        ("COMPANY", "阿依古丽", ""),
        ("INDIVIDUAL", "阿依古丽·买买提", ""),
        ("INDIVIDUAL", "", ""),
        ("INDIVIDUAL", "别人", ""),
    ],
)
def test_an_account_bears_the_registered_name_or_where_there_is_one_operator_his(kind, name, basis):
    found = holder_basis(holder_name=name, kind=kind, legal_name="孔雀市场A12号蔬菜经营部", operator_name="阿依古丽")

    assert found == basis


def test_a_name_that_is_not_on_file_equals_none():
    assert holder_basis(holder_name="", kind="MICRO", legal_name="", operator_name="") == ""
    assert holder_basis(holder_name="阿依古丽", kind="MICRO", legal_name="", operator_name="") == ""


def test_a_merchant_registered_under_its_operators_name_has_an_account_in_its_registered_name():
    found = holder_basis(holder_name="阿依古丽", kind="MICRO", legal_name="阿依古丽", operator_name="阿依古丽")

    assert found == "LEGAL_NAME"
