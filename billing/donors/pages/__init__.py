"""The pages that a donor sees: asking for a letter, coming in by it, and what is theirs."""
