"""Monthly gifts follow the processor: each paid month becomes a gift, and how they stand is looked up."""
