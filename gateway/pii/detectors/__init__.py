"""The rules, a module for each kind of place in which a type of data is told.

A module with `RULES` is a detector (`gateway.pii.engine` lists them, in order); the others are what detectors share:
words and shapes, and judgments such as `likely_passwords`, `random_values` and `name_reading`. By type:

- Secrets: `vendor_keys`, `passwords`, `credentials`, `settings`, `assigned`, `opaque`, and their neighbours.
- Persons: `name_…` by what stands around a name, `names_…` alone; `given_names…`, `surnames…`, `public_figures`.
- Numbers with a check digit: `accounts`, `swiss`, `states`, `national_ids`; disguised: `obfuscated_numbers`, `misread`,
  `split_values`, `columns`, `cut_cells`, for all of which `number_kinds` is the table.
- The rest: `phones…`, `mail`, `addresses`, `dates…` and `partial_births`, `vehicles`, `passports`, `machines`; and
  `fields`, for whatever a label announces.
"""
