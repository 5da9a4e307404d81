"""Which line, number, language, support centre and opening hours serve whom."""
