"""The languages that pages and answers are in. Adding one: docs/adding-a-language.md."""
