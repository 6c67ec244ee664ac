import gettext

import pytest

from silk_road_ebao.runner.catalogues import check_catalogues, compile_catalogues
from silk_road_ebao.runner.messages import Trouble

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def write(folder, body):
    source = folder / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEAD + body, encoding="utf8")
    return source


def test_a_catalogue_is_compiled_without_gettext_and_only_when_stale(tmp_path):
    write(tmp_path, 'msgid "收款"\nmsgstr "Get paid"\n')

    made, again = compile_catalogues(tmp_path), compile_catalogues(tmp_path)

    with made[0].open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("收款") == "Get paid"
    assert len(made) == 1
    assert again == []


def test_a_malformed_catalogue_is_named_with_its_line_and_leaves_nothing(tmp_path):
    source = write(tmp_path, 'msgid "收款"\nmsgstring "Get paid"\n')

    with pytest.raises(Trouble, match=r"django\.po.* on \d"):
        compile_catalogues(tmp_path)

    assert list(source.parent.iterdir()) == [source]


def test_a_translation_that_loses_a_placeholder_is_found(tmp_path):
    write(tmp_path, '#, python-format\nmsgid "%(count)s 笔"\nmsgstr "payments"\n')

    with pytest.raises(Trouble, match=r"django\.po:\d+: the translation differs in %\(count\)s"):
        check_catalogues(tmp_path)


def test_one_of_something_need_not_repeat_the_number(tmp_path):
    write(tmp_path, 'msgid "%(n)s 笔"\nmsgid_plural "%(n)s 笔"\nmsgstr[0] "one payment"\nmsgstr[1] "%(n)s payments"\n')

    assert check_catalogues(tmp_path) == 1
