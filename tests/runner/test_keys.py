import base64
import stat

import pytest

from silk_road_ebao.runner.keys import load_secrets, variables
from silk_road_ebao.runner.messages import Trouble


def test_secrets_are_made_once_for_their_owner_only(tmp_path):
    first = load_secrets(tmp_path, data_exists=False)
    second = load_secrets(tmp_path, data_exists=True)

    assert first == second
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(base64.b64decode(first["FIELD_KEYS"].removeprefix("1:"), validate=True)) == 32
    assert len(base64.b64decode(first["FIELD_INDEX_KEY"], validate=True)) == 32


def test_lost_secrets_of_existing_data_are_refused_and_not_replaced(tmp_path):
    with pytest.raises(Trouble, match="lacks SECRET_KEY"):
        load_secrets(tmp_path, data_exists=True)

    assert list(tmp_path.iterdir()) == []


def test_a_key_of_the_environment_goes_before_the_one_of_the_folder(tmp_path, monkeypatch):
    known = load_secrets(tmp_path, data_exists=False)
    monkeypatch.setenv("SECRET_KEY", "from outside")

    assert variables(known)["SECRET_KEY"] == "from outside"
