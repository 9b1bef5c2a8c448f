"""Personal data: found in requests, hidden from providers, and put back into answers.

A request takes this way:

- Its strings: `leaves` (and `members`, `attachments`, `uploads`, `token_ids`), in the order in which they are read:
  `reading_order` (`siblings`, `neighbours`, `seams`, `turns`, `texts`).
- What is in them: `detectors_of_rules` has the `engine` for a rule set. For each text it folds and decodes (`reading`,
  `folding`, `encoded`, `structure`, `labels`), asks which rules could match (`prefilter`, `required`, `word_search`),
  runs those of `detectors` on a `view`, and gives one verdict a place (`resolve`, `spread`, `lone_names`). `remembered`
  knows texts that came before; `dictionaries`, `patterns`, `names_model` and `outside` add what no rule of ours knows.
- What becomes of it: `redaction`, by `treat`, with `tokens` in place of values, and `hint` for the model.

An answer takes this: `frames` where it is relayed and `event_stream` where it is translated, `deltas` and `strings` for
where its texts stand, a `channel` for each, `restore` for the values, `answer_scan` for what the model wrote itself.
"""
