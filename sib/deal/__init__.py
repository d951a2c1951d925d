"""What was agreed and assumed: a deal as frozen, validated data, read from a file. No arithmetic."""
