"""The story in which every personal field is marked: all that people and systems do, and all that goes wrong."""
