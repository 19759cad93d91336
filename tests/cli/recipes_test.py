#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every recipe among the examples obeys the schema that people write recipes against."""

import json
import pathlib
import tomllib

import jsonschema

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def main():
    schema = jsonschema.Draft202012Validator(json.loads((SOURCE / "schemas/recipe.schema.json").read_text()))
    recipes = sorted([*SOURCE.glob("examples/*/module.toml"), *SOURCE.glob("examples/recipes/*.toml")])
    for recipe in recipes:
        schema.validate(tomllib.loads(recipe.read_text()))
    refused = tomllib.loads(recipes[0].read_text())
    refused["source"]["recomends"] = True
    assert not schema.is_valid(refused), "an unknown key went through"
    print(len(recipes), "recipes")


main()
