"""Who comes, who succeeds, what it saves and what it costs: model section 2 and 3 of docs/model.md."""
