"""All Qt: views over the store. The screen shows what the store says, never what it hopes.

Built on `ui.look` (how things look), `ui.plain` (how texts that people wrote are shown), `ui.bridge` (the one seam to
the store) and `ui.text` (every sentence that several views share).
"""
