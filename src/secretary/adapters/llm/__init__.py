"""Language models: each folder speaks one wire and maps its faults to `llm.errors`."""
