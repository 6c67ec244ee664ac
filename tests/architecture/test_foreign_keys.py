"""Foreign keys are strings that import-linter cannot see: they too point down."""

from django.apps import apps

from tests.architecture.house import FLOORS


def _relations():
    for model in apps.get_models():
        label = model._meta.app_label
        if label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is not None:
                yield model, field, field.related_model._meta.app_label


def test_foreign_keys_point_to_the_same_floor_or_a_lower_one():
    upward = [
        f"{model._meta.label}.{field.name} -> {target}"
        for model, field, target in _relations()
        if target in FLOORS and FLOORS.index(target) > FLOORS.index(model._meta.app_label)
    ]

    assert upward == []


def test_no_generic_foreign_keys():
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.private_fields
    ]

    assert generic == []
