"""The analyst's command: files in, files out, refusals that write nothing."""

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

ROOT = Path(__file__).parents[3]
COLUMNS = ["--period", "month", "--product", "goods", "--price", "price", "--quantity", "kg"]
SHEET = "month,goods,price,kg\n10,a,2,3\n9,a,1,3\n10,a,5,3\n9,b,4,1\n10,b,4,1\n"


def write(folder: Path, text: str | bytes, name: str = "sheet.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("price_index", str(path), *COLUMNS, *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refuse(path: Path, *options: str) -> str:
    with pytest.raises(CommandError) as refusal:
        run(path, *options)
    assert refusal.value.returncode == 2
    return str(refusal.value)


def test_it_writes_one_value_a_period_in_numerical_order(tmp_path: Path) -> None:
    text = run(write(tmp_path, SHEET), "--method", "laspeyres")

    assert text == f"period,value\n9,1.0\n10,{(3.5 * 3 + 4) / 7!r}\n"


def test_values_keep_full_precision(tmp_path: Path) -> None:
    text = run(write(tmp_path, SHEET), "--method", "jevons")

    assert float(text.splitlines()[2].split(",")[1]) == pytest.approx(3.5**0.5, rel=1e-15)


def test_a_named_base_is_one(tmp_path: Path) -> None:
    text = run(write(tmp_path, SHEET), "--method", "dutot", "--base", "10")

    assert text == f"period,value\n9,{5 / 7.5!r}\n10,1.0\n"


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.csv.gz"])
def test_gzipped_files_are_known_by_content_and_a_byte_order_mark_is_ignored(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, gzip.compress(b"\xef\xbb\xbf" + SHEET.replace("\n", "\r\n").encode()), name)

    assert run(path, "--method", "tpd") == run(write(tmp_path, SHEET, "plain.csv"), "--method", "tpd")


def test_out_writes_the_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "index.csv"

    text = run(write(tmp_path, SHEET), "--method", "carli", "--out", str(target))

    assert text == ""
    assert target.read_text() == run(tmp_path / "sheet.csv", "--method", "carli")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.csv", "sheet.csv"]


def test_a_period_without_matched_products_is_left_empty_with_a_remark(tmp_path: Path) -> None:
    path = write(tmp_path, "month,goods,price,kg\n1,a,1,1\n2,b,1,1\n3,a,2,1\n")
    remarks, out = io.StringIO(), io.StringIO()

    call_command("price_index", str(path), *COLUMNS, "--method", "fisher", stdout=out, stderr=remarks)

    assert out.getvalue() == "period,value\n1,1.0\n2,\n3,2.0\n"
    assert remarks.getvalue() == "no matched product, value left empty: 2\n"


def test_a_chain_is_empty_beyond_its_missing_link(tmp_path: Path) -> None:
    path = write(tmp_path, "month,goods,price,kg\n1,a,1,1\n2,a,3,1\n3,b,1,1\n4,a,2,1\n")

    assert run(path, "--method", "fisher", "--chain") == "period,value\n1,1.0\n2,3.0\n3,\n4,\n"


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (SHEET.replace("kg", "weight"), ["--method", "carli"], "no column named 'kg'"),
        (SHEET + "11,a,0,1\n", ["--method", "carli"], "line 7: price 0 is not above zero"),
        (SHEET + "9.0,a,1,1\n", ["--method", "carli"], "periods '9' and '9.0' are the same period"),
        ("", ["--method", "carli"], "the file is empty"),
        (b"month,goods,price,kg\n1,\xc6\xbb\xb9\xfb,1,1\n", ["--method", "carli"], "is not UTF-8 text"),
        (gzip.compress(SHEET.encode(), mtime=0)[:-20], ["--method", "carli"], "end-of-stream"),
        (b"\x1f\x8bnot really", ["--method", "carli"], "compression method"),
        (SHEET, ["--method", "carli", "--base", "11"], "no period '11' for --base"),
        (SHEET, ["--method", "tpd", "--chain"], "--chain does not apply to tpd"),
        (SHEET, ["--method", "fisher", "--window", "2"], "--window applies to"),
        (SHEET, ["--method", "tpd", "--splice", "half"], "--splice needs --window"),
        (SHEET, ["--method", "fisher", "--weights", "none"], "--weights applies to tpd only"),
        (SHEET, ["--method", "tpd", "--window", "1"], "at least 2 periods"),
        ("month,goods,price,kg\n1,a,1,1\n2,b,1,1\n", ["--method", "tpd"], "no product links 2"),
    ],
)
def test_what_cannot_be_computed_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str | bytes, options: list[str], message: str
) -> None:
    path, target = write(tmp_path, text), tmp_path / "index.csv"
    target.write_text("as it was")

    assert message in refuse(path, *options, "--out", str(target))

    assert target.read_text() == "as it was"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["index.csv", "sheet.csv"]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path / "none.csv", "--method", "carli").endswith("none.csv: No such file or directory")


def test_an_output_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = refuse(write(tmp_path, SHEET), "--method", "carli", "--out", str(tmp_path / "no" / "index.csv"))

    assert message == f"{tmp_path / 'no' / 'index.csv'}: No such file or directory"


@pytest.mark.slow
def test_it_runs_without_any_database_and_ends_with_status_2_on_bad_input(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    good, bad = write(tmp_path, SHEET), write(tmp_path, SHEET + "9,c,-1,1\n", "bad.csv")
    command = [sys.executable, "manage.py", "price_index"]

    works, fails = (
        subprocess.run(
            [*command, str(path), *COLUMNS, "--method", "geks-fisher"],
            cwd=ROOT,
            env={**os.environ, **nowhere},
            capture_output=True,
            text=True,
            check=False,
        )
        for path in (good, bad)
    )

    assert (works.returncode, works.stdout.splitlines()[:2]) == (0, ["period,value", "9,1.0"])
    assert (fails.returncode, fails.stdout) == (2, "")
    assert "line 7: price -1 is not above zero" in fails.stderr
    assert "Traceback" not in fails.stderr
