"""Every message has its English, and Unfold its Chinese."""

from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from silk_road_ebao.face import catalogues


def test_every_message_of_templates_and_code_has_an_english_translation():
    missing = catalogues.lacking("en")

    assert missing == [], f"{len(missing)} without English; run `python manage.py messages`, then fill locale/en"


def test_translations_keep_the_places_of_their_messages():
    with catalogues.catalogue_path("en").open("rb") as file:
        wrong = [message.id for message in read_po(file, locale="en") if message.id and list(message.check())]

    assert wrong == []


def test_what_unfold_says_is_chinese():
    known = catalogues.read("zh_Hans")

    assert all(message.string for message in known if message.id)
    assert known.get("No results found").string == "没有找到"
    assert len(known) > 80


def test_messages_of_a_template_are_found_in_tags_blocks_and_filters():
    source = (
        '{% load i18n %}{% trans "甲" %}{% blocktrans trimmed %}\n 乙 {{ n }}\n{% endblocktrans %}{{ _("丙")|upper }}'
    )

    text = catalogues._python_of(templatize(source))

    assert all(word in text for word in ("甲", "乙 %(n)s", "丙"))
